using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Resources;
using Coffer.Oci;

namespace Coffer.KeyBroker.Access;

/// <summary>
/// Whose a policy is. Whoever owns everything below <c>team-a</c> owns the policies whose names begin with <c>team-a.</c>, and those may be about
/// nothing but what he owns; below <c>team-a/db</c>, with <c>team-a.db.</c>. All other names are the administrators'. So a team can neither
/// change a policy that stands above it, nor allow or deny anything beside its own.
/// </summary>
internal static class PolicyAuthority
{
    /// <summary>Whether the caller may change the policy of that name.</summary>
    public static bool Owns(Caller caller, string name) => caller.With(Permission.WritePolicies).SelectMany(g => g.Paths)
        .Any(p => NamesOf(p) is { } names && name.Length > names.Length && name.StartsWith(names, StringComparison.Ordinal));

    /// <summary>Whether the caller may see a policy: his own, and those that are about anything that he reaches.</summary>
    public static bool Sees(Caller caller, string name, IReadOnlyList<Glob> resources) =>
        caller.With(Permission.ReadPolicies).SelectMany(g => g.Paths).Any(p => resources.Any(p.MayMeet)) || Owns(caller, name);

    /// <exception cref="AccessDeniedException">The caller may not change the policy of that name.</exception>
    public static void RequireOwned(Caller caller, string name)
    {
        if (Owns(caller, name)) return;
        var own = caller.With(Permission.WritePolicies).SelectMany(g => g.Paths).Select(NamesOf).OfType<string>().Distinct().Select(n => n + "NAME").ToList();
        throw new AccessDeniedException(
            $"{AccessDeniedException.NameOf(caller)} does not own the policy {Printable.Of(name, 128)}",
            own.Count == 0 ? "policies go with whole prefixes, such as team-a/**" : $"its own are called {Printable.Of(string.Join(", ", own), 256)}");
    }

    /// <exception cref="AccessDeniedException">A policy of that name, or about those resources, is not the caller's to put.</exception>
    public static void RequireWithin(Caller caller, string name, IReadOnlyList<Glob> resources)
    {
        RequireOwned(caller, name);
        var reached = caller.With(Permission.WritePolicies).SelectMany(g => g.Paths).ToList();
        if (resources.FirstOrDefault(r => !reached.Any(p => p.Covers(r))) is { } beyond) throw AccessDeniedException.AtPath(caller, beyond.Text);
    }

    // What names below a glob begin with; null where the glob is no whole prefix, or its names could be another's.
    private static string? NamesOf(Glob glob) => glob.Prefix is { } prefix && prefix.All(s => !s.Contains('.', StringComparison.Ordinal)) ? string.Concat(prefix.Select(s => s + '.')) : null;
}
