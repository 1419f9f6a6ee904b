using Coffer.KeyBroker.Admin;

namespace Coffer.KeyBroker.Access;

/// <summary>How permissions are written: in the OpenAPI document and in docs/broker/access.md.</summary>
internal static class PermissionNames
{
    public static string Of(Permission permission) => permission switch
    {
        Permission.None => "none",
        Permission.Authenticated => "authenticated",
        Permission.Status => "status",
        Permission.Audit => "audit",
        Permission.AuditOfPaths => "audit-of-paths",
        Permission.Wrap => "wrap",
        Permission.ReadResources => "read-resources",
        Permission.WriteResources => "write-resources",
        Permission.ReadPolicies => "read-policies",
        Permission.WritePolicies => "write-policies",
        Permission.ReadReferences => "read-references",
        Permission.ReadHosts => "read-hosts",
        Permission.Enrol => "enrol",
        Permission.ReadNamespaces => "read-namespaces",
        Permission.ReadTokens => "read-tokens",
        Permission.Admin => "admin",
        _ => throw new ArgumentOutOfRangeException(nameof(permission)),
    };
}
