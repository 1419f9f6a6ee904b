using System.Security.Cryptography;
using Coffer.Jose.Keys;

namespace Coffer.Jose;

/// <content>To and from the platform's keys and their DER forms.</content>
public sealed partial class Jwk
{
    /// <summary>Makes a key from RSA numbers, private if `D` is there. The arrays are copied; the caller zeroes its own.</summary>
    /// <exception cref="JoseException">Wrong sizes, or numbers that do not belong together.</exception>
    public static Jwk FromRsa(RSAParameters parameters) => FromRsa(Clone(parameters), takeOver: true);

    /// <summary>Makes a key from EC numbers, private if `D` is there. The arrays are copied; the caller zeroes its own.</summary>
    /// <exception cref="JoseException">Not a supported named curve, or a point that is not on it.</exception>
    public static Jwk FromEllipticCurve(ECParameters parameters) => new(EcKey.FromPlatform(parameters), JwkMetadata.None);

    /// <summary>Makes an `oct` key of 1 to 1024 bytes, which are copied.</summary>
    /// <exception cref="JoseException">Another length.</exception>
    public static Jwk FromSymmetric(ReadOnlySpan<byte> key) => new(SymmetricKey.Create(key.ToArray()), JwkMetadata.None);

    /// <summary>Reads a public key as X.509 SubjectPublicKeyInfo (RFC 5280), DER, RSA or EC.</summary>
    /// <exception cref="JoseException">Anything else, or trailing bytes.</exception>
    public static Jwk ImportSubjectPublicKeyInfo(ReadOnlyMemory<byte> der) => DerKey.ReadPublic(der);

    /// <summary>Reads an unencrypted PKCS#8 PrivateKeyInfo (RFC 5208), DER, RSA or EC.</summary>
    /// <exception cref="JoseException">Anything else, or trailing bytes.</exception>
    public static Jwk ImportPkcs8(ReadOnlyMemory<byte> der) => DerKey.ReadPkcs8(der);

    /// <summary>Reads a PKCS#1 RSAPublicKey (RFC 8017 appendix A.1.1), DER.</summary>
    /// <exception cref="JoseException">Anything else, or trailing bytes.</exception>
    public static Jwk ImportPkcs1Public(ReadOnlyMemory<byte> der) => DerKey.ReadPkcs1Public(der);

    /// <summary>Reads a PKCS#1 RSAPrivateKey (RFC 8017 appendix A.1.2), DER.</summary>
    /// <exception cref="JoseException">Anything else, or trailing bytes.</exception>
    public static Jwk ImportPkcs1Private(ReadOnlyMemory<byte> der) => DerKey.ReadPkcs1Private(der);

    /// <summary>Reads a SEC1 ECPrivateKey (RFC 5915), DER, with its curve named inside.</summary>
    /// <exception cref="JoseException">Anything else, or trailing bytes.</exception>
    public static Jwk ImportSec1(ReadOnlyMemory<byte> der) => DerKey.ReadSec1(der);

    /// <summary>The key for the platform's RSA, with the private half if it is there; the caller disposes it.</summary>
    /// <exception cref="JoseException">Not an RSA key.</exception>
    public RSA ToRsa()
    {
        ThrowIfDisposed();
        return RSA.Create((Rsa ?? throw JoseException.UnsuitableKey($"{this} is not an RSA key")).Parameters);
    }

    /// <summary>The key for the platform's ECDH, with the private half if it is there; the caller disposes it.</summary>
    /// <exception cref="JoseException">Not an EC key.</exception>
    public ECDiffieHellman ToEcDiffieHellman() => ECDiffieHellman.Create(EcParameters());

    /// <summary>The key for the platform's ECDSA, with the private half if it is there; the caller disposes it.</summary>
    /// <exception cref="JoseException">Not an EC key.</exception>
    public ECDsa ToEcDsa() => ECDsa.Create(EcParameters());

    /// <summary>A copy of the public numbers of an RSA key: big-endian, without leading zeros.</summary>
    /// <exception cref="JoseException">Not an RSA key.</exception>
    public RSAParameters ExportRsaPublicNumbers() => Clone((Rsa ?? throw JoseException.UnsuitableKey($"{this} is not an RSA key")).Public);

    /// <summary>The public half as SubjectPublicKeyInfo, DER.</summary>
    /// <exception cref="JoseException">A symmetric key has no public half.</exception>
    public byte[] ExportSubjectPublicKeyInfo()
    {
        if (Rsa is { } rsa)
        {
            using var platform = RSA.Create(rsa.Public);
            return platform.ExportSubjectPublicKeyInfo();
        }

        if (Ec is { } ec)
        {
            using var platform = ECDiffieHellman.Create(ec.Public);
            return platform.ExportSubjectPublicKeyInfo();
        }

        throw JoseException.UnsuitableKey("a symmetric key has no public half");
    }

    /// <summary>A copy of the octets of an `oct` key, which the caller zeroes.</summary>
    /// <exception cref="JoseException">Not a symmetric key.</exception>
    public byte[] ExportSymmetric()
    {
        ThrowIfDisposed();
        return (byte[])(Octets ?? throw JoseException.UnsuitableKey($"{this} is not a symmetric key")).Value.Clone();
    }

    /// <summary>Like the public one, but keeps or zeroes the arrays given.</summary>
    internal static Jwk FromRsa(RSAParameters parameters, bool takeOver) =>
        new(RsaKey.Create(takeOver ? parameters : Clone(parameters)), JwkMetadata.None);

    private ECParameters EcParameters()
    {
        ThrowIfDisposed();
        var ec = Ec ?? throw JoseException.UnsuitableKey($"{this} is not an EC key");
        return ec.D is null ? ec.Public : ec.Private;
    }

    private Jwk Copy(bool includePrivate, JwkMetadata metadata)
    {
        ThrowIfDisposed();
        if (Rsa is { } rsa)
        {
            return new Jwk(RsaKey.Create(Clone(includePrivate ? rsa.Parameters : rsa.Public)), metadata);
        }

        if (Ec is { } ec)
        {
            return new Jwk(EcKey.FromPlatform(includePrivate ? ec.Private : ec.Public), metadata);
        }

        return new Jwk(SymmetricKey.Create((byte[])Octets!.Value.Clone()), metadata);
    }

    private static RSAParameters Clone(RSAParameters key) => new()
    {
        Modulus = (byte[]?)key.Modulus?.Clone(),
        Exponent = (byte[]?)key.Exponent?.Clone(),
        D = (byte[]?)key.D?.Clone(),
        P = (byte[]?)key.P?.Clone(),
        Q = (byte[]?)key.Q?.Clone(),
        DP = (byte[]?)key.DP?.Clone(),
        DQ = (byte[]?)key.DQ?.Clone(),
        InverseQ = (byte[]?)key.InverseQ?.Clone(),
    };
}
