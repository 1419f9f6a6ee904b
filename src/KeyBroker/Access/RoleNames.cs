using Coffer.Oci;

namespace Coffer.KeyBroker.Access;

/// <summary>How roles are written.</summary>
internal static class RoleNames
{
    /// <summary>All of them, for messages and descriptions.</summary>
    public static string List { get; } = string.Join(", ", Enum.GetValues<Role>().Select(Of));

    public static string Of(Role role) => role switch
    {
        Role.Wrap => "wrap",
        Role.Audit => "audit",
        Role.Admin => "admin",
        Role.KeyOwner => "key-owner",
        Role.Auditor => "auditor",
        Role.Enroller => "enroller",
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };

    /// <summary>The role of that name; null where there is none.</summary>
    public static Role? Find(string name) => name switch
    {
        "wrap" => Role.Wrap,
        "audit" => Role.Audit,
        "admin" => Role.Admin,
        "key-owner" => Role.KeyOwner,
        "auditor" => Role.Auditor,
        "enroller" => Role.Enroller,
        _ => null,
    };

    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: there is no such role.</exception>
    public static Role Parse(string name) =>
        Find(name) ?? throw new BrokerException(BrokerFault.BadRequest, $"'{Printable.Of(name, 32)}' is no role", $"there are {List}");
}
