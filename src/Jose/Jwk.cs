using System.Security.Cryptography;
using System.Text;
using Coffer.Jose.Keys;
using Coffer.Jose.Text;

namespace Coffer.Jose;

/// <summary>
/// A JSON Web Key (RFC 7517): RSA of 2048 to 16384 bits, EC on P-256, P-384 or P-521, or symmetric octets. Every key is
/// checked when it is made: sizes, the point on its curve, the private half belonging to the public one.
/// Private material is zeroed by <see cref="Dispose"/>. Reading is thread-safe; disposing during use is not.
/// </summary>
public sealed partial class Jwk : IDisposable
{
    private readonly JwkMetadata _metadata;
    private bool _disposed;

    internal Jwk(RsaKey rsa, JwkMetadata metadata)
    {
        Type = JwkType.Rsa;
        KeyBits = rsa.Bits;
        HasPrivateKey = rsa.HasPrivate;
        Rsa = rsa;
        PlatformRsa = new PlatformKey<RSA>(ToRsa);
        _metadata = metadata;
    }

    internal Jwk(EcKey ec, JwkMetadata metadata)
    {
        Type = JwkType.EllipticCurve;
        KeyBits = ec.Curve.Bits;
        HasPrivateKey = ec.D is not null;
        Ec = ec;
        PlatformEcDsa = new PlatformKey<ECDsa>(ToEcDsa);
        _metadata = metadata;
    }

    internal Jwk(SymmetricKey octets, JwkMetadata metadata)
    {
        Type = JwkType.Symmetric;
        KeyBits = octets.Value.Length * 8;
        HasPrivateKey = true;
        Octets = octets;
        _metadata = metadata;
    }

    /// <summary>The key family (`kty`).</summary>
    public JwkType Type { get; }

    /// <summary>The size of the modulus, of the curve's field, or of the symmetric key, in bits.</summary>
    public int KeyBits { get; }

    /// <summary>Whether the private half is there; always true of a symmetric key.</summary>
    public bool HasPrivateKey { get; }

    /// <summary>The curve (`crv`): `P-256`, `P-384`, `P-521`; <see langword="null"/> unless an EC key.</summary>
    public string? Curve => Ec?.Curve.Name;

    /// <summary>The algorithm that the key is meant for (`alg`), as it was written.</summary>
    public string? Algorithm => _metadata.Algorithm;

    /// <summary>The key's name (`kid`).</summary>
    public string? KeyId => _metadata.KeyId;

    /// <summary>The declared use (`use`): `sig`, `enc` or another word.</summary>
    public string? Use => _metadata.Use;

    /// <summary>The declared operations (`key_ops`).</summary>
    public IReadOnlyList<string>? Operations => _metadata.Operations;

    internal RsaKey? Rsa { get; }

    internal EcKey? Ec { get; }

    internal SymmetricKey? Octets { get; }

    /// <summary>For signing, verifying and sealing with an RSA key; null for others.</summary>
    internal PlatformKey<RSA>? PlatformRsa { get; }

    /// <summary>For signing and verifying with an EC key; null for others.</summary>
    internal PlatformKey<ECDsa>? PlatformEcDsa { get; }

    /// <summary>Parses one JSON Web Key of at most 64 KiB.</summary>
    /// <param name="utf8Json">The JSON text; the caller zeroes it if it holds a private key.</param>
    /// <exception cref="JoseException">Malformed, unsupported or inconsistent key.</exception>
    public static Jwk Parse(ReadOnlyMemory<byte> utf8Json) => JwkReader.Read(utf8Json);

    /// <inheritdoc cref="Parse(ReadOnlyMemory{byte})"/>
    public static Jwk Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var bytes = Encoding.UTF8.GetBytes(json);
        try
        {
            return JwkReader.Read(bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>The same key with other names; shares nothing with this one and is disposed on its own.</summary>
    /// <param name="keyId">The new `kid`, or <see langword="null"/> for none.</param>
    /// <param name="algorithm">The new `alg`, or <see langword="null"/> for none.</param>
    public Jwk WithNames(string? keyId, string? algorithm) =>
        Copy(includePrivate: true, _metadata with { KeyId = keyId, Algorithm = algorithm });

    /// <summary>The public half alone.</summary>
    /// <exception cref="JoseException">A symmetric key has no public half.</exception>
    public Jwk ToPublic() => Type == JwkType.Symmetric
        ? throw JoseException.UnsuitableKey("a symmetric key has no public half")
        : Copy(includePrivate: false, _metadata);

    /// <summary>Writes the key with its private half, which the caller zeroes; a public key writes what it has.</summary>
    public byte[] ToPrivateJson()
    {
        ThrowIfDisposed();
        return JwkWriter.Write(this, includePrivate: true);
    }

    /// <summary>Writes the public half.</summary>
    /// <exception cref="JoseException">A symmetric key has no public half.</exception>
    public string ToPublicJson() => Type == JwkType.Symmetric
        ? throw JoseException.UnsuitableKey("a symmetric key has no public half")
        : Encoding.UTF8.GetString(JwkWriter.Write(this, includePrivate: false));

    /// <summary>
    /// The RFC 7638 thumbprint with SHA-256, base64url, 43 characters. Of a symmetric key it is a hash of the secret: do
    /// not publish it unless the key has full entropy.
    /// </summary>
    public string Thumbprint()
    {
        ThrowIfDisposed();
        return StrictBase64Url.Encode(JwkWriter.Thumbprint(this, HashAlgorithmName.SHA256));
    }

    /// <summary>Describes the key without any of its numbers.</summary>
    public override string ToString()
    {
        var kind = Type switch
        {
            JwkType.Rsa => $"RSA {KeyBits}",
            JwkType.EllipticCurve => $"EC {Curve}",
            _ => $"oct {KeyBits}",
        };
        return (HasPrivateKey && Type != JwkType.Symmetric ? kind + " private" : kind) + (KeyId is null ? "" : $" \"{KeyId}\"");
    }

    /// <summary>Zeroes the private half and the octets of a symmetric key.</summary>
    public void Dispose()
    {
        _disposed = true;
        PlatformRsa?.Dispose();
        PlatformEcDsa?.Dispose();
        Rsa?.ZeroPrivate();
        CryptographicOperations.ZeroMemory(Ec?.D);
        CryptographicOperations.ZeroMemory(Octets?.Value);
    }

    internal bool Permits(string use, params ReadOnlySpan<string> operations) => _metadata.Permits(use, operations);

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, this);
}
