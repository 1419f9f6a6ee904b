using System.Security.Cryptography;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.EventLog;

/// <summary>One measured event. Only its digests can be proven, by replay; type and data are what the log says of them.</summary>
/// <param name="Register">The PCR, or where the log is of another TEE its measurement register.</param>
/// <param name="Type">See <see cref="TcgEventType"/>.</param>
/// <param name="Digests">What was extended, bank by bank; banks that are not known here are left out.</param>
/// <param name="Data">The event's data.</param>
internal sealed record TcgEvent(uint Register, uint Type, IReadOnlyList<(TpmAlgorithm Bank, ReadOnlyMemory<byte> Digest)> Digests, ReadOnlyMemory<byte> Data)
{
    public ReadOnlyMemory<byte>? DigestIn(TpmAlgorithm bank)
    {
        foreach (var (known, digest) in Digests)
            if (known == bank)
                return digest;
        return null;
    }

    /// <summary>Whether exactly these bytes were measured.</summary>
    public bool Measures(TpmAlgorithm bank, ReadOnlySpan<byte> bytes) =>
        DigestIn(bank) is { } digest && CryptographicOperations.FixedTimeEquals(digest.Span, TpmHash.Hash(bank, bytes));
}
