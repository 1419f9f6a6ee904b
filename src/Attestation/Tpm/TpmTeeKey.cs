using Coffer.Attestation.Protocol;
using Coffer.Attestation.Tpm.Commands;
using Coffer.Attestation.Tpm.Keys;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Jose;

namespace Coffer.Attestation.Tpm;

/// <summary>
/// A binding key: its private part is used inside the TPM only, and where it is bound to registers, only while they hold the values
/// that they had when it was made. Holds nothing to dispose.
/// </summary>
/// <param name="device">The TPM; not ours to dispose.</param>
/// <param name="keys">Loads it.</param>
/// <param name="stored">The key.</param>
internal sealed class TpmTeeKey(TpmDevice device, NodeKeys keys, StoredKey stored) : ITeeKey
{
    private const string Algorithm = "RSA-OAEP-256";
    private const int MostAttempts = 4;

    /// <inheritdoc/>
    public TeePublicKey Public { get; } = TeePublicKey.FromRsa(((TpmRsaKey)stored.Public.Key).ToParameters());

    /// <summary>The key as it is kept.</summary>
    public StoredKey Stored { get; } = stored;

    /// <inheritdoc/>
    /// <remarks>Waits for the TPM, and for other clients of it, in the calling thread.</remarks>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/>: the TPM cannot be used, or a register that the
    /// key is bound to has changed.</exception>
    public byte[]? Unwrap(JweRecipientInfo recipient, ReadOnlySpan<byte> encryptedKey)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        if (recipient.Algorithm != Algorithm) return null;
        var ciphertext = encryptedKey.ToArray();
        // The interface is synchronous; on a thread of the pool no context can be waiting for this one.
        return Task.Run(() => device.UseAsync((tpm, cancel) => DecryptAsync(tpm, ciphertext, cancel), CancellationToken.None)).GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private async Task<byte[]?> DecryptAsync(TpmConnection tpm, byte[] ciphertext, CancellationToken cancellationToken)
    {
        const uint changedMeanwhile = 0x128; // TPM_RC_PCR_CHANGED: some register, perhaps none of ours
        var parent = await NodeKeys.MakeBindingParentAsync(tpm, cancellationToken).ConfigureAwait(false);
        var key = await keys.LoadBindingKeyAsync(tpm, parent, Stored, cancellationToken).ConfigureAwait(false);
        for (var attempt = 1; ; attempt++)
        {
            var session = await StartAsync(tpm, parent, cancellationToken).ConfigureAwait(false);
            try
            {
                return await tpm.RsaDecryptAsync(key, session, ciphertext, cancellationToken).ConfigureAwait(false);
            }
            catch (TpmCommandException e) when (e.Code.Kind == changedMeanwhile && attempt < MostAttempts)
            {
                await tpm.FlushContextAsync(session.Handle.Value, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<TpmSession> StartAsync(TpmConnection tpm, LoadedKey saltKey, CancellationToken cancellationToken)
    {
        // As the key was made, not as the settings are now.
        if (Stored.Public.AuthPolicy.IsEmpty) return await tpm.StartHmacSessionAsync(saltKey, cancellationToken).ConfigureAwait(false);
        var session = await tpm.StartPolicySessionAsync(saltKey, cancellationToken).ConfigureAwait(false);
        await tpm.PolicyPcrAsync(session, keys.Bound, cancellationToken).ConfigureAwait(false);
        return session;
    }
}
