using System.Security.Cryptography;

namespace Coffer.Jose.Signing;

/// <summary>The asymmetric signature algorithms of RFC 7518 section 3.1. `none` and the shared-key ones are not among them.</summary>
internal sealed record SignatureAlgorithm(string Name, HashAlgorithmName Hash, string? Curve, RSASignaturePadding? Padding)
{
    private static readonly SignatureAlgorithm[] All =
    [
        new("ES256", HashAlgorithmName.SHA256, "P-256", null),
        new("ES384", HashAlgorithmName.SHA384, "P-384", null),
        new("ES512", HashAlgorithmName.SHA512, "P-521", null),
        new("RS256", HashAlgorithmName.SHA256, null, RSASignaturePadding.Pkcs1),
        new("RS384", HashAlgorithmName.SHA384, null, RSASignaturePadding.Pkcs1),
        new("RS512", HashAlgorithmName.SHA512, null, RSASignaturePadding.Pkcs1),
        new("PS256", HashAlgorithmName.SHA256, null, RSASignaturePadding.Pss),
        new("PS384", HashAlgorithmName.SHA384, null, RSASignaturePadding.Pss),
        new("PS512", HashAlgorithmName.SHA512, null, RSASignaturePadding.Pss),
    ];

    public static SignatureAlgorithm? Find(string name) => Array.Find(All, algorithm => algorithm.Name == name);

    /// <summary>Whether a key is of the type and curve for it, and its own `alg`, if any, is this one.</summary>
    public bool Fits(Jwk key) =>
        (Padding is null ? key.Curve == Curve && Curve is not null : key.Type == JwkType.Rsa)
        && (key.Algorithm is null || key.Algorithm == Name);

    /// <summary>ES by curve, RS256 for RSA, or what the key itself says.</summary>
    public static string NameFor(Jwk key) => key.Algorithm ?? key.Curve switch
    {
        "P-256" => "ES256",
        "P-384" => "ES384",
        "P-521" => "ES512",
        _ when key.Type == JwkType.Rsa => "RS256",
        _ => throw JoseException.UnsuitableKey($"{key} cannot sign"),
    };
}
