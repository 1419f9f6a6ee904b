namespace Coffer.KeyBroker.Access.Rules;

/// <summary>Whose JSON Web Tokens count, and for what.</summary>
/// <param name="Name">What the audit and messages call the issuer.</param>
/// <param name="Issuer">The <c>iss</c> of its tokens, character by character.</param>
/// <param name="Audiences">One of these must stand in <c>aud</c>.</param>
/// <param name="Grants">At least one.</param>
internal sealed record IssuerRules(string Name, string Issuer, IReadOnlyList<string> Audiences, IReadOnlyList<GrantRule> Grants)
{
    /// <summary>The <c>alg</c> values that are taken: asymmetric ones alone.</summary>
    public IReadOnlyList<string> Algorithms { get; init; } = ["RS256", "ES256"];

    /// <summary>File with its keys (RFC 7517 section 5); null where they are fetched.</summary>
    public string? JwksFile { get; init; }

    /// <summary>Where its keys are; null where a file has them, or discovery says where (OpenID Connect Discovery 1.0).</summary>
    public Uri? JwksUrl { get; init; }

    /// <summary>PEM file of the authorities that may vouch for it; null: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>Whether its keys may come over plain HTTP from elsewhere than this machine.</summary>
    public bool InsecureHttp { get; init; }

    /// <summary>By how much its clock may differ from ours.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A token that is good for longer from now on is refused.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromDays(1);
}
