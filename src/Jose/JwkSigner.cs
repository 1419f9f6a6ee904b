using Coffer.Jose.Signing;
using Coffer.Jose.Text;

namespace Coffer.Jose;

/// <summary>Signs with a private RSA or EC key: ES256/384/512, RS256/384/512, PS256/384/512 (RFC 7518 sections 3.3 to 3.5).</summary>
public sealed class JwkSigner : IJwsSigner
{
    private readonly Jwk _key;
    private readonly SignatureAlgorithm _algorithm;

    /// <summary>Binds a key to an algorithm.</summary>
    /// <param name="key">The private key, which stays the caller's to dispose.</param>
    /// <param name="algorithm">The `alg`; without it the key's own, and without that ES by curve, or RS256.</param>
    /// <exception cref="JoseException">The key is public, of another kind, or says that it is not for signing.</exception>
    public JwkSigner(Jwk key, string? algorithm = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        var name = algorithm ?? SignatureAlgorithm.NameFor(key);
        _algorithm = SignatureAlgorithm.Find(name)
            ?? throw JoseException.Unsupported($"signature algorithm {BoundedJson.Shown(name)} is not supported");
        if (!_algorithm.Fits(key))
        {
            throw JoseException.UnsuitableKey($"{name} cannot be used with {key}");
        }

        if (!key.HasPrivateKey)
        {
            throw JoseException.UnsuitableKey($"{key} is a public key, the private one is needed to sign");
        }

        if (!key.Permits("sig", "sign"))
        {
            throw JoseException.UnsuitableKey($"{key} says of itself that it is not for signing (\"use\" or \"key_ops\")");
        }

        _key = key;
    }

    /// <inheritdoc/>
    public string Algorithm => _algorithm.Name;

    /// <inheritdoc/>
    public string? KeyId => _key.KeyId;

    /// <inheritdoc/>
    public byte[] Sign(ReadOnlySpan<byte> signingInput)
    {
        if (_algorithm.Padding is { } padding)
        {
            using var rsa = _key.PlatformRsa!.Rent();
            return rsa.Key.SignData(signingInput, _algorithm.Hash, padding);
        }

        using var ecdsa = _key.PlatformEcDsa!.Rent();
        return ecdsa.Key.SignData(signingInput, _algorithm.Hash);
    }
}
