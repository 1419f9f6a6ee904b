using System.Security.Cryptography;
using Coffer.Jose.Signing;
using Coffer.Jose.Text;

namespace Coffer.Jose;

/// <summary>Verifies with a public RSA or EC key, under algorithms that the caller lists.</summary>
public sealed class JwkVerifier : IJwsVerifier
{
    private readonly Jwk _key;
    private readonly HashSet<string> _algorithms;

    /// <summary>Binds a key to the algorithms that it may be used with.</summary>
    /// <param name="key">The key, which stays the caller's to dispose.</param>
    /// <param name="algorithms">
    /// The `alg` values to accept; those that do not fit the key's type and curve are never accepted.
    /// </param>
    /// <exception cref="JoseException">
    /// None of the algorithms fits the key, one is not supported (`none` never is), or the key says that it is not for
    /// signatures.
    /// </exception>
    public JwkVerifier(Jwk key, params IReadOnlyCollection<string> algorithms)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(algorithms);
        _algorithms = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in algorithms)
        {
            var algorithm = SignatureAlgorithm.Find(name)
                ?? throw JoseException.Unsupported($"signature algorithm {BoundedJson.Shown(name)} is not supported");
            if (algorithm.Fits(key))
            {
                _algorithms.Add(name);
            }
        }

        if (_algorithms.Count == 0)
        {
            throw JoseException.UnsuitableKey($"none of the signature algorithms allowed can be used with {key}");
        }

        if (!key.Permits("sig", "verify", "sign"))
        {
            throw JoseException.UnsuitableKey($"{key} says of itself that it is not for signatures (\"use\" or \"key_ops\")");
        }

        _key = key;
    }

    /// <inheritdoc/>
    public bool Accepts(string algorithm) => _algorithms.Contains(algorithm);

    /// <inheritdoc/>
    public bool Verify(string algorithm, ReadOnlySpan<byte> signingInput, ReadOnlySpan<byte> signature)
    {
        if (!Accepts(algorithm))
        {
            return false;
        }

        var chosen = SignatureAlgorithm.Find(algorithm)!;
        if (chosen.Padding is { } padding)
        {
            using var rsa = _key.PlatformRsa!.Rent();
            return rsa.Key.VerifyData(signingInput, signature, chosen.Hash, padding);
        }

        var ec = _key.Ec!;
        using var ecdsa = _key.PlatformEcDsa!.Rent();
        return signature.Length == 2 * ec.Curve.FieldBytes && ecdsa.Key.VerifyData(signingInput, signature, chosen.Hash);
    }
}
