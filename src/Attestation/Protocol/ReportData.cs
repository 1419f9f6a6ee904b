using System.Security.Cryptography;
using Coffer.Attestation.Protocol.Json;

namespace Coffer.Attestation.Protocol;

/// <summary>What evidence is bound to: nonce and key, hashed as the KBS protocol says.</summary>
public static class ReportData
{
    /// <summary>Size of the digest, in bytes.</summary>
    public const int Bytes = SHA384.HashSizeInBytes;

    /// <summary>The digest that primary evidence carries, SHA-384.</summary>
    /// <param name="version">Before 0.4.0 additional evidence is not part of it.</param>
    /// <param name="nonce">The challenge's nonce as the text that it is; it is never decoded.</param>
    /// <param name="key">The key that secrets will be sealed to.</param>
    /// <param name="additionalEvidence">The member <c>additional_evidence</c> exactly as sent; usually empty, and hashed even so.</param>
    public static byte[] Compute(KbsVersion version, string nonce, TeePublicKey key, string additionalEvidence = "") => SHA384.HashData(version == KbsVersion.V040
        ? CanonicalJson.WriteObject(("additional-evidence", CanonicalJson.Text(additionalEvidence)), ("nonce", CanonicalJson.Text(nonce)), ("tee-pubkey", key.Canonical))
        : Common(nonce, key));

    /// <summary>The digest that evidence of further devices carries (0.4.0), SHA-384.</summary>
    /// <param name="nonce">The challenge's nonce.</param>
    /// <param name="key">The key that secrets will be sealed to.</param>
    internal static byte[] ComputeForDevice(string nonce, TeePublicKey key) => SHA384.HashData(Common(nonce, key));

    private static byte[] Common(string nonce, TeePublicKey key) =>
        CanonicalJson.WriteObject(("nonce", CanonicalJson.Text(nonce)), ("tee-pubkey", key.Canonical));
}
