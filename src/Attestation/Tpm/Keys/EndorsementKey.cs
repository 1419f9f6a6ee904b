using Coffer.Attestation.Tpm.Commands;

namespace Coffer.Attestation.Tpm.Keys;

/// <summary>The endorsement key that a TPM is enrolled by.</summary>
/// <param name="Kind">How it is made.</param>
/// <param name="Key">Loaded for as long as the connection lasts.</param>
/// <param name="Certificate">The vendor's certificate in DER, whose key it is; null where there is none.</param>
internal sealed record EndorsementKey(EndorsementKeyKind Kind, LoadedKey Key, byte[]? Certificate)
{
    /// <summary>Finds the key that has a certificate: in a file where one is given, else in the TPM, RSA before P-384 before P-256.
    /// Without any certificate it is the RSA key.</summary>
    /// <param name="tpm">The TPM, with room for one key.</param>
    /// <param name="given">A certificate in DER, or null.</param>
    /// <param name="cancellationToken">Asked before each command.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/>: the given certificate is of another TPM.</exception>
    public static async Task<EndorsementKey> FindAsync(TpmConnection tpm, byte[]? given, CancellationToken cancellationToken)
    {
        foreach (var kind in EndorsementKeyKind.All)
        {
            var certificate = given ?? await ReadCertificateAsync(tpm, kind, cancellationToken).ConfigureAwait(false);
            if (certificate is null || await TryMakeAsync(tpm, kind, cancellationToken).ConfigureAwait(false) is not { } key) continue;
            if (EndorsementCertificate.IsOf(certificate, key.Public)) return new EndorsementKey(kind, key, certificate);
            await tpm.FlushContextAsync(key.Handle.Value, cancellationToken).ConfigureAwait(false);
        }
        if (given is not null)
        {
            throw new AttestationException(AttestationFault.Unavailable, "the certificate is not that of this TPM's endorsement key", "give the one that the vendor made for this TPM, or none");
        }
        return new EndorsementKey(EndorsementKeyKind.Rsa2048, await MakeAsync(tpm, EndorsementKeyKind.Rsa2048, cancellationToken).ConfigureAwait(false), null);
    }

    /// <summary>Makes the key of a kind, always the same one.</summary>
    public static Task<LoadedKey> MakeAsync(TpmConnection tpm, EndorsementKeyKind kind, CancellationToken cancellationToken) =>
        tpm.CreatePrimaryAsync(TpmHandle.Endorsement, kind.Template, cancellationToken);

    private static async Task<byte[]?> ReadCertificateAsync(TpmConnection tpm, EndorsementKeyKind kind, CancellationToken cancellationToken) =>
        await tpm.ReadNvAsync(kind.CertificateIndex, cancellationToken).ConfigureAwait(false) is { } content ? EndorsementCertificate.FromIndex(content) : null;

    // A TPM that does not know the curve or the hash has no key of that kind.
    private static async Task<LoadedKey?> TryMakeAsync(TpmConnection tpm, EndorsementKeyKind kind, CancellationToken cancellationToken)
    {
        const uint unknownCurve = 0x0A6, unknownHash = 0x083, unknownValue = 0x084, unknownKeySize = 0x087, unknownSymmetric = 0x096;
        try
        {
            return await MakeAsync(tpm, kind, cancellationToken).ConfigureAwait(false);
        }
        catch (TpmCommandException e) when (e.Code.Kind is unknownCurve or unknownHash or unknownValue or unknownKeySize or unknownSymmetric)
        {
            return null;
        }
    }
}
