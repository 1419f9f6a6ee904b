using Coffer.KeyBroker.Resources;

namespace Coffer.KeyBroker.Admin;

/// <summary>Who calls the administration API.</summary>
/// <param name="TokenId">The id of the access token; null where the route needs none: then none is looked at.</param>
/// <param name="Permissions">What the token holds.</param>
/// <param name="Paths">Globs of the resource paths that it reaches (<see cref="Glob"/>); <c>**</c> for all.</param>
internal sealed record Caller(string? TokenId, IReadOnlySet<Permission> Permissions, IReadOnlyList<string> Paths)
{
    /// <summary>Somebody without a credential.</summary>
    public static Caller Unknown { get; } = new(null, new HashSet<Permission>(), []);

    /// <summary>Whether the caller may do what asks for that; <see cref="Permission.Admin"/> may do everything.</summary>
    public bool Holds(Permission needed) => needed switch
    {
        Permission.None => true,
        Permission.Authenticated => TokenId is not null,
        _ => TokenId is not null && (Permissions.Contains(needed) || Permissions.Contains(Permission.Admin)),
    };

    /// <summary>Whether one of the caller's globs covers the resource path.</summary>
    public bool Reaches(string resourcePath) => ResourcePath.TryParse(resourcePath) is { } path && Paths.Any(p => Glob.Parse(p).Matches(path));
}
