using Coffer.KeyBroker.Admin;

namespace Coffer.KeyBroker.Access;

/// <summary>The list of roles, with the permissions of each. docs/broker/access.md shows it, and a test holds the two together.</summary>
internal static class RoleTable
{
    private static readonly Dictionary<Role, HashSet<Permission>> Held = new()
    {
        [Role.Wrap] = [Permission.Wrap],
        [Role.Audit] = [Permission.Status, Permission.Audit, Permission.AuditOfPaths],
        [Role.Admin] = [.. Enum.GetValues<Permission>().Where(p => p > Permission.Authenticated)],
        [Role.KeyOwner] =
        [
            Permission.Status, Permission.AuditOfPaths, Permission.Wrap, Permission.ReadResources, Permission.WriteResources, Permission.ReadPolicies, Permission.WritePolicies, Permission.ReadReferences,
            Permission.ReadNamespaces,
        ],
        [Role.Auditor] =
        [
            Permission.Status, Permission.Audit, Permission.AuditOfPaths, Permission.ReadResources, Permission.ReadPolicies, Permission.ReadReferences, Permission.ReadHosts, Permission.ReadTokens,
            Permission.ReadNamespaces,
        ],
        [Role.Enroller] = [Permission.Status, Permission.ReadHosts, Permission.Enrol],
    };

    /// <summary>Whether the role has the permission.</summary>
    public static bool Has(Role role, Permission permission) => Held[role].Contains(permission);

    /// <summary>The roles that have a permission, in the order of <see cref="Role"/>.</summary>
    public static IEnumerable<Role> With(Permission permission) => Enum.GetValues<Role>().Where(r => Has(r, permission));

    /// <summary>Whether a role must be given paths, and reaches no others; all others reach every path.</summary>
    public static bool NeedsPaths(Role role) => role is Role.Wrap or Role.KeyOwner;

    /// <summary>Whether a permission counts only at paths that the caller reaches.</summary>
    public static bool IsAtPaths(Permission permission) => permission is
        Permission.AuditOfPaths or Permission.Wrap or Permission.ReadResources or Permission.WriteResources or Permission.ReadPolicies or Permission.WritePolicies;
}
