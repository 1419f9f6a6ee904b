using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Namespaces;
using Coffer.KeyBroker.Resources;

namespace Coffer.KeyBroker.Access;

/// <summary>
/// Which entries of the audit a caller may see: whoever reads all of it, all; a team those whose subject is its own, which is a resource that it reaches, a
/// policy of its names, or a namespace that lies within its paths.
/// </summary>
internal static class AuditSight
{
    /// <summary>Whether the caller may see the entry.</summary>
    public static bool Sees(Caller caller, AuditEvent entry) => caller.Holds(Permission.Audit) || (entry.Subject is { } subject && IsOwn(caller, entry.Action, subject));

    private static bool IsOwn(Caller caller, string action, string subject)
    {
        if (action.StartsWith("policy.", StringComparison.Ordinal)) return PolicyAuthority.Owns(caller, subject);
        if (action.StartsWith("namespace.", StringComparison.Ordinal))
        {
            return NamespacePrefix.TryParse(subject) is { } prefix && caller.With(Permission.AuditOfPaths).SelectMany(g => g.Paths).Any(p => p.Covers(Glob.Parse($"{prefix}/**")));
        }
        return ResourcePath.TryParse(subject) is { } path && caller.Reaches(Permission.AuditOfPaths, path);
    }
}
