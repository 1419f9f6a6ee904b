using Coffer.KeyBroker.Admin;
using Coffer.Oci;

namespace Coffer.KeyBroker.Access;

/// <summary>How the permissions that a token can hold are written.</summary>
internal static class PermissionNames
{
    public static string Of(Permission permission) => permission switch
    {
        Permission.Wrap => "wrap",
        Permission.Audit => "audit",
        Permission.Admin => "admin",
        _ => throw new ArgumentOutOfRangeException(nameof(permission)),
    };

    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: there is no such permission.</exception>
    public static Permission Parse(string name) => name switch
    {
        "wrap" => Permission.Wrap,
        "audit" => Permission.Audit,
        "admin" => Permission.Admin,
        _ => throw new BrokerException(BrokerFault.BadRequest, $"'{Printable.Of(name, 32)}' is nothing that a token can do", "it can wrap, audit or admin"),
    };
}
