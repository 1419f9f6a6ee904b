using System.Security.Cryptography;
using Coffer.Jose;

namespace Coffer.Attestation.Protocol;

/// <summary>
/// The public key to which the broker seals what it releases: <c>tee-pubkey</c> of the KBS protocol. Holds nothing but the members
/// that are hashed into evidence.
/// </summary>
public sealed class TeePublicKey
{
    private TeePublicKey(Jwk key, string algorithm) => (Key, Algorithm) = (key, algorithm);

    /// <summary>The key, public part only.</summary>
    public Jwk Key { get; }

    /// <summary>The JWE key management algorithm that goes with it: <c>RSA-OAEP-256</c> or <c>ECDH-ES+A256KW</c>.</summary>
    public string Algorithm { get; }

    /// <summary>An RSA key, offered for <c>RSA-OAEP-256</c>.</summary>
    public static TeePublicKey FromRsa(RSAParameters parameters) => new(Jwk.FromRsa(new RSAParameters { Modulus = parameters.Modulus, Exponent = parameters.Exponent }), "RSA-OAEP-256");

    /// <summary>A key on P-256 or P-521, offered for <c>ECDH-ES+A256KW</c>.</summary>
    public static TeePublicKey FromEllipticCurve(ECParameters parameters) => new(Jwk.FromEllipticCurve(new ECParameters { Curve = parameters.Curve, Q = parameters.Q }), "ECDH-ES+A256KW");
}
