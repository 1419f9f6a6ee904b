using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Coffer.Jose.Tests;

/// <summary>Keys by name, made once per run: `rsa`, `rsa2` (2048 bits), `rsa3072`, a curve, a curve with `-2`, `octN`.</summary>
internal static class TestKeys
{
    private static readonly ConcurrentDictionary<string, Lazy<Jwk>> Made = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, Lazy<Jwk>> PublicHalves = new(StringComparer.Ordinal);

    public static Jwk Get(string kind) => Made.GetOrAdd(kind, k => new Lazy<Jwk>(() => Make(k))).Value;

    public static Jwk Public(string kind) => Get(kind) is { Type: not JwkType.Symmetric } key
        ? PublicHalves.GetOrAdd(kind, _ => new Lazy<Jwk>(key.ToPublic)).Value
        : Get(kind);

    private static Jwk Make(string kind)
    {
        if (kind.StartsWith("rsa", StringComparison.Ordinal))
        {
            using var rsa = RSA.Create(kind.Length > 4 ? int.Parse(kind[3..], null) : 2048);
            return Jwk.FromRsa(rsa.ExportParameters(includePrivateParameters: true));
        }

        if (kind.StartsWith("oct", StringComparison.Ordinal))
        {
            return Jwk.FromSymmetric(RandomNumberGenerator.GetBytes(int.Parse(kind[3..], null)));
        }

        using var ec = ECDiffieHellman.Create(kind[..5] switch
        {
            "P-256" => ECCurve.NamedCurves.nistP256,
            "P-384" => ECCurve.NamedCurves.nistP384,
            _ => ECCurve.NamedCurves.nistP521,
        });
        return Jwk.FromEllipticCurve(ec.ExportParameters(includePrivateParameters: true));
    }
}
