namespace Coffer.KeyBroker.Admin;

/// <summary>Who calls the administration API.</summary>
/// <param name="TokenId">The id of the access token; null where the route needs none and none was sent.</param>
/// <param name="Permissions">What the token holds.</param>
/// <param name="Paths">Globs of the resource paths that it reaches; <c>**</c> for all.</param>
public sealed record Caller(string? TokenId, IReadOnlySet<Permission> Permissions, IReadOnlyList<string> Paths)
{
    /// <summary>Somebody without a credential.</summary>
    public static Caller Unknown { get; } = new(null, new HashSet<Permission>(), []);
}
