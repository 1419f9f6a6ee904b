using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Resources;

namespace Coffer.KeyBroker.Admin;

/// <summary>Who calls the administration API.</summary>
/// <param name="Actor">How the audit names him: an access token's id; null where the route needs no credential: then none is looked at.</param>
/// <param name="Grants">What he may do, and where.</param>
internal sealed record Caller(string? Actor, IReadOnlyList<Grant> Grants)
{
    /// <summary>Somebody without a credential.</summary>
    public static Caller Unknown { get; } = new(null, []);

    /// <summary>What his credential alone makes of him, without the namespaces that he owns.</summary>
    public IReadOnlyList<Grant> OfCredential { get; init; } = Grants;

    /// <summary>The access token that he got by logging in, where he shows that; null for any other credential.</summary>
    public string? LoginToken { get; init; }

    /// <summary>Whether he shows a credential that others vouch for, which may be exchanged for a token: an issuer's or a certificate.</summary>
    public bool MayLogIn => Actor is not null && LoginToken is null && !BearerToken.IsId(Actor);

    /// <summary>The same as <see cref="Actor"/>.</summary>
    public string? TokenId => Actor;

    /// <summary>What he reaches with any of his roles, for messages.</summary>
    public IEnumerable<string> Paths => Grants.SelectMany(g => g.Paths).Select(p => p.Text).Distinct();

    /// <summary>Whether he may do what asks for that, at some path at least.</summary>
    public bool Holds(Permission needed) => needed switch
    {
        Permission.None => true,
        Permission.Authenticated => Actor is not null,
        _ => Actor is not null && With(needed).Any(),
    };

    /// <summary>The grants that have a permission.</summary>
    public IEnumerable<Grant> With(Permission needed) => Grants.Where(g => RoleTable.Has(g.Role, needed));

    /// <summary>Whether he may do that at a resource's path; what is no such path is left to administrators, who hear what is wrong with it.</summary>
    public bool Reaches(Permission needed, string resourcePath) =>
        ResourcePath.TryParse(resourcePath) is { } path ? Reaches(needed, path) : With(needed).Any(g => g.Role == Role.Admin);

    /// <summary>Whether he may do that at a resource's path.</summary>
    public bool Reaches(Permission needed, ResourcePath path) => With(needed).Any(g => g.Reaches(path));

    /// <exception cref="AccessDeniedException">He may not do that at the path.</exception>
    public void Require(Permission needed, ResourcePath path)
    {
        if (!Reaches(needed, path)) throw AccessDeniedException.AtPath(this, path.ToString());
    }
}
