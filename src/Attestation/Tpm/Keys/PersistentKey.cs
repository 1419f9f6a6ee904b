using Coffer.Attestation.Tpm.Commands;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Keys;

/// <summary>A persistent handle that one of our keys is to be kept at.</summary>
internal static class PersistentKey
{
    /// <summary>The key at a handle, if it is that one.</summary>
    /// <returns>Null where the handle is free.</returns>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/>: it holds something else, which is never overwritten.</exception>
    public static async Task<LoadedKey?> FindAsync(TpmConnection tpm, uint handle, TpmPublic expected, CancellationToken cancellationToken)
    {
        var there = await ReadAsync(tpm, handle, cancellationToken).ConfigureAwait(false);
        if (there is null || there.Handle.Name.Span.SequenceEqual(expected.ComputeName())) return there;
        throw Occupied(handle);
    }

    private static async Task<LoadedKey?> ReadAsync(TpmConnection tpm, uint handle, CancellationToken cancellationToken)
    {
        try
        {
            return await tpm.ReadPublicAsync(handle, cancellationToken).ConfigureAwait(false);
        }
        catch (AttestationException e) when (e.Fault == AttestationFault.Unsupported)
        {
            throw Occupied(handle);
        }
    }

    private static AttestationException Occupied(uint handle) => new(AttestationFault.Unavailable,
        $"the persistent handle 0x{handle:x8} of the TPM holds another key, which is not overwritten", "choose a free handle (tpm2_getcap handles-persistent lists those in use)");
}
