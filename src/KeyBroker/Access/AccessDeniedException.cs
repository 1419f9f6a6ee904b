using Coffer.KeyBroker.Admin;
using Coffer.Oci;

namespace Coffer.KeyBroker.Access;

/// <summary>A caller who is known may not do something. The dispatch puts it into the audit.</summary>
internal sealed class AccessDeniedException(string message, string? hint) : BrokerException(BrokerFault.Denied, message, hint)
{
    public static AccessDeniedException AtPath(Caller caller, string path) =>
        new($"{NameOf(caller)} does not reach {Printable.Of(path, 256)}", $"it reaches {Printable.Of(string.Join(", ", caller.Paths), 256)}");

    public static AccessDeniedException Of(Caller caller, Permission needed) =>
        new($"{NameOf(caller)} may not do this", $"it needs a role that may {PermissionNames.Of(needed)}: {string.Join(", ", RoleTable.With(needed).Select(RoleNames.Of))}");

    /// <summary>The caller in a sentence.</summary>
    public static string NameOf(Caller caller) => caller.Actor is not { } actor ? "somebody unknown" : BearerToken.IsId(actor) ? $"access token {actor}" : actor;
}
