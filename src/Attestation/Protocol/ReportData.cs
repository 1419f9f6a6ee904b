using System.Security.Cryptography;

namespace Coffer.Attestation.Protocol;

/// <summary>What evidence is bound to: nonce and key, hashed as the KBS protocol says.</summary>
public static class ReportData
{
    /// <summary>Size of the digest, in bytes.</summary>
    public const int Bytes = SHA384.HashSizeInBytes;
}
