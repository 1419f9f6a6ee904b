using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Coffer.Attestation.Protocol.Json;
using Coffer.Jose;
using Coffer.Oci;

namespace Coffer.Attestation.Protocol;

/// <summary>
/// The public key to which the broker seals what it releases: <c>tee-pubkey</c> of the KBS protocol. Holds nothing but the members
/// that are hashed into evidence: what else a guest sends beside them is dropped, as every verifier of the protocol does.
/// </summary>
public sealed class TeePublicKey : IEquatable<TeePublicKey>
{
    /// <summary>What RSA keys are offered for today.</summary>
    public const string RsaOaep256 = "RSA-OAEP-256";

    /// <summary>What guests before 0.2.0 offer: padding that its owner can be made to open for others. Off unless configured.</summary>
    public const string Rsa15 = "RSA1_5";

    /// <summary>What EC keys are offered for.</summary>
    public const string EcdhEsA256Kw = "ECDH-ES+A256KW";

    private const int LeastRsaBits = 2048, MostRsaBits = 4096;
    private const int MostTextCharacters = 1024; // a modulus of 4096 bits has 683
    private const string What = "tee-pubkey";

    private TeePublicKey(Jwk key, string algorithm)
    {
        Check(key);
        (Key, Algorithm) = (key, algorithm);
        Canonical = Serialise(key, algorithm);
    }

    /// <summary>The key, public part only.</summary>
    public Jwk Key { get; }

    /// <summary>The JWE key management algorithm that goes with it: <c>RSA-OAEP-256</c>, <c>ECDH-ES+A256KW</c>, or of old guests <c>RSA1_5</c>.</summary>
    public string Algorithm { get; }

    /// <summary>The key as JSON in canonical form (RFC 8785): the bytes that are hashed, and what goes into messages.</summary>
    public string Canonical { get; }

    /// <summary>An RSA key of 2048 to 4096 bits, offered for <c>RSA-OAEP-256</c>.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unsupported"/>: another size.</exception>
    public static TeePublicKey FromRsa(RSAParameters parameters) => new(Jwk.FromRsa(new RSAParameters { Modulus = parameters.Modulus, Exponent = parameters.Exponent }), RsaOaep256);

    /// <summary>A key on P-256 or P-521, offered for <c>ECDH-ES+A256KW</c>.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unsupported"/>: another curve.</exception>
    public static TeePublicKey FromEllipticCurve(ECParameters parameters) => new(Jwk.FromEllipticCurve(new ECParameters { Curve = parameters.Curve, Q = parameters.Q }), EcdhEsA256Kw);

    /// <summary>Reads the member <c>tee-pubkey</c>.</summary>
    /// <param name="json">The member: <c>{"kty":"EC","crv","alg","x","y"}</c> or <c>{"kty":"RSA","alg","n","e"}</c>; other members are ignored.</param>
    /// <param name="allowRsa15">Whether RSA keys may ask for <c>RSA1_5</c>.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/> or <see cref="AttestationFault.Unsupported"/>.</exception>
    public static TeePublicKey Parse(JsonElement json, bool allowRsa15 = false)
    {
        var members = new MessageObject(json, What);
        try
        {
            return members.Text("kty", 16) switch
            {
                "RSA" => ReadRsa(members, allowRsa15),
                "EC" => ReadEllipticCurve(members),
                var other => throw Unsupported($"'kty' is '{Printable.Of(other, 16)}'; RSA and EC are known"),
            };
        }
        catch (JoseException e)
        {
            throw new AttestationException(AttestationFault.Malformed, $"{What}: {e.Message}", inner: e);
        }
    }

    /// <summary>Whether both are the same key for the same algorithm.</summary>
    public bool Equals(TeePublicKey? other) => other is not null && other.Canonical == Canonical;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TeePublicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => Canonical.GetHashCode(StringComparison.Ordinal);

    private static TeePublicKey ReadRsa(MessageObject members, bool allowRsa15)
    {
        var algorithm = members.Text("alg", 64);
        if (algorithm == Rsa15 && !allowRsa15)
            throw Unsupported($"'alg' is {Rsa15}, which is refused here", "a newer guest offers RSA-OAEP-256 or an EC key");
        if (algorithm is not (Rsa15 or RsaOaep256)) throw Unsupported($"'alg' is '{Printable.Of(algorithm, 64)}'; of RSA {RsaOaep256} is known");
        return new TeePublicKey(Jwk.FromRsa(new RSAParameters { Modulus = Number(members, "n"), Exponent = Number(members, "e") }), algorithm);
    }

    private static TeePublicKey ReadEllipticCurve(MessageObject members)
    {
        var algorithm = members.Text("alg", 64);
        if (algorithm != EcdhEsA256Kw) throw Unsupported($"'alg' is '{Printable.Of(algorithm, 64)}'; of EC {EcdhEsA256Kw} is known");
        var curve = members.Text("crv", 16) switch
        {
            "P-256" => ECCurve.NamedCurves.nistP256,
            "P-521" => ECCurve.NamedCurves.nistP521,
            var other => throw Unsupported($"'crv' is '{Printable.Of(other, 16)}'; P-256 and P-521 are known"),
        };
        return new TeePublicKey(Jwk.FromEllipticCurve(new ECParameters { Curve = curve, Q = new ECPoint { X = Decode(members, "x"), Y = Decode(members, "y") } }), algorithm);
    }

    // The spelling is hashed, so each number must have one: a leading zero would vanish when it is written again.
    private static byte[] Number(MessageObject members, string name) => Decode(members, name) is [not 0, ..] number ? number : throw members.Wrong($"'{name}' is empty or begins with a zero byte");

    private static byte[] Decode(MessageObject members, string name)
    {
        var text = members.Text(name, MostTextCharacters);
        if (!Base64Url.IsValid(text, out var length)) throw members.Wrong($"'{name}' is not base64url");
        var bytes = new byte[length];
        return Base64Url.TryDecodeFromChars(text, bytes, out _) && Base64Url.EncodeToString(bytes) == text
            ? bytes
            : throw members.Wrong($"'{name}' is not base64url in its only spelling, without padding");
    }

    private static void Check(Jwk key)
    {
        if (key.Type == JwkType.Rsa && key.KeyBits is < LeastRsaBits or > MostRsaBits) throw Unsupported($"an RSA key of {key.KeyBits} bits; {LeastRsaBits} to {MostRsaBits} are taken");
        if (key.Type == JwkType.EllipticCurve && key.Curve is not ("P-256" or "P-521")) throw Unsupported($"a key on {key.Curve}; P-256 and P-521 are taken");
    }

    private static string Serialise(Jwk key, string algorithm)
    {
        if (key.Type == JwkType.Rsa)
        {
            var numbers = key.ExportRsaPublicNumbers();
            return $$"""{"alg":"{{algorithm}}","e":"{{Base64Url.EncodeToString(numbers.Exponent)}}","kty":"RSA","n":"{{Base64Url.EncodeToString(numbers.Modulus)}}"}""";
        }
        using var curve = key.ToEcDiffieHellman();
        var point = curve.ExportParameters(includePrivateParameters: false).Q;
        return $$"""{"alg":"{{algorithm}}","crv":"{{key.Curve}}","kty":"EC","x":"{{Base64Url.EncodeToString(point.X)}}","y":"{{Base64Url.EncodeToString(point.Y)}}"}""";
    }

    private static AttestationException Unsupported(string what, string? hint = null) => new(AttestationFault.Unsupported, $"{What}: {what}", hint);
}
