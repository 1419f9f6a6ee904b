using System.Security.Cryptography;
using Coffer.Attestation.Tpm.Commands;
using Coffer.Attestation.Tpm.Keys;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Attestation.Tpm.Transport;

namespace Coffer.Attestation.Tpm.Sealing;

/// <summary>
/// Seals secrets to a TPM and to register values. The secret is encrypted to a new RSA key, which the TPM made and which works only under
/// the policy PolicyPCR: so it goes to the TPM never in the clear, and comes back in a session that encrypts the answer.
/// </summary>
public static class TpmSealing
{
    /// <summary>The longest secret, in bytes.</summary>
    public const int MostSecretBytes = 64;

    private const int MostAttempts = 4;
    private const int MostPrivateBytes = 2048;

    /// <summary>Seals to the values that registers of the sha256 bank have now.</summary>
    /// <param name="tpm">The TPM's address; null for the machine's.</param>
    /// <param name="registers">Each from 0 to 23; at least one.</param>
    /// <param name="secret">1 to <see cref="MostSecretBytes"/> bytes.</param>
    /// <param name="time">For deadlines.</param>
    /// <param name="cancellationToken">Asked before each command.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/>: the TPM cannot be used.</exception>
    /// <exception cref="Coffer.Oci.CofferException"><see cref="Coffer.Oci.ExitStatus.Usage"/>: the address is none.</exception>
    public static async Task<TpmSealedSecret> SealAsync(string? tpm, IReadOnlyList<int> registers, ReadOnlyMemory<byte> secret, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(registers?.Count ?? 0, nameof(registers));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(secret.Length, MostSecretBytes);
        TpmPcrSelection[] selected = [new(TpmAlgorithm.Sha256, registers!)];
        using var device = new TpmDevice(AddressOf(tpm), time);
        return await device.UseAsync(
            async (connection, cancel) =>
            {
                var (values, _) = await connection.ReadPcrsAsync(selected[0], cancel).ConfigureAwait(false);
                var policy = TpmPolicyDigest.OfPcrs(TpmAlgorithm.Sha256, selected, TpmPcrValues.Digest(TpmAlgorithm.Sha256, selected, [values]));
                var parent = await NodeKeys.MakeBindingParentAsync(connection, cancel).ConfigureAwait(false);
                var (made, wrapped) = await connection.CreateAsync(parent, EmptyPassword.Instance, KeyTemplates.Binding(policy), cancel).ConfigureAwait(false);
                return new TpmSealedSecret(
                    [.. selected[0].Selected.Select(r => KeyValuePair.Create(r, values.Values[r]))], made.ToSizedBytes(), TpmCommand.Write(w => w.Sized(wrapped)), Encrypt(made, secret.Span));
            }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens what <see cref="SealAsync"/> sealed.</summary>
    /// <returns>The secret, which the caller zeroes.</returns>
    /// <exception cref="TpmStateException">A register holds another value than it was sealed to.</exception>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/>: the TPM cannot be used, or is another one; <see cref="AttestationFault.Malformed"/>.</exception>
    public static async Task<byte[]> UnsealAsync(string? tpm, TpmSealedSecret secret, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(secret);
        var key = new StoredKey(TpmPublic.ParseSized(secret.Public.Span), PrivateOf(secret));
        using var device = new TpmDevice(AddressOf(tpm), time);
        return await device.UseAsync((connection, cancel) => OpenAsync(connection, key, secret, cancel), cancellationToken).ConfigureAwait(false);
    }

    private static async Task<byte[]> OpenAsync(TpmConnection tpm, StoredKey stored, TpmSealedSecret secret, CancellationToken cancellationToken)
    {
        const uint policyFailed = 0x09D, changedMeanwhile = 0x128; // TPM_RC_POLICY_FAIL, TPM_RC_PCR_CHANGED
        TpmPcrSelection[] selected = [new(TpmAlgorithm.Sha256, secret.Registers.Select(r => r.Key))];
        var parent = await NodeKeys.MakeBindingParentAsync(tpm, cancellationToken).ConfigureAwait(false);
        var key = await LoadAsync(tpm, parent, stored, cancellationToken).ConfigureAwait(false);
        for (var attempt = 1; ; attempt++)
        {
            var session = await tpm.StartPolicySessionAsync(parent, cancellationToken).ConfigureAwait(false);
            await tpm.PolicyPcrAsync(session, selected, cancellationToken).ConfigureAwait(false);
            try
            {
                return await tpm.RsaDecryptAsync(key, session, secret.Ciphertext, cancellationToken).ConfigureAwait(false)
                    ?? throw new AttestationException(AttestationFault.Malformed, "the TPM's key does not open the sealed secret: its ciphertext was changed");
            }
            catch (TpmCommandException e) when (e.Code.Kind == changedMeanwhile && attempt < MostAttempts)
            {
                await tpm.FlushContextAsync(session.Handle.Value, cancellationToken).ConfigureAwait(false);
            }
            catch (TpmCommandException e) when (e.Code.Kind == policyFailed)
            {
                throw await ChangedAsync(tpm, selected[0], secret, e, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task<LoadedKey> LoadAsync(TpmConnection tpm, LoadedKey parent, StoredKey stored, CancellationToken cancellationToken)
    {
        const uint integrity = 0x09F, binding = 0x0A5; // TPM_RC_INTEGRITY, TPM_RC_BINDING
        try
        {
            return await tpm.LoadAsync(parent, EmptyPassword.Instance, stored.Public, stored.Private, cancellationToken).ConfigureAwait(false);
        }
        catch (TpmCommandException e) when (e.Code.Kind is integrity or binding)
        {
            throw new AttestationException(AttestationFault.Unavailable, "the secret was sealed by another TPM, or by this one before it was cleared", inner: e);
        }
    }

    private static async Task<TpmStateException> ChangedAsync(TpmConnection tpm, TpmPcrSelection selection, TpmSealedSecret secret, TpmCommandException refusal, CancellationToken cancellationToken)
    {
        var (now, _) = await tpm.ReadPcrsAsync(selection, cancellationToken).ConfigureAwait(false);
        var differ = secret.Registers.Where(r => !now.Values[r.Key].Span.SequenceEqual(r.Value.Span)).Select(r => r.Key).ToArray();
        return new TpmStateException(differ.Length switch
        {
            0 => "the TPM's registers do not satisfy the policy that the secret was sealed with",
            1 => $"PCR {differ[0]} holds another value than the secret was sealed to",
            _ => $"PCRs {string.Join(", ", differ)} hold other values than the secret was sealed to",
        }, refusal);
    }

    private static byte[] Encrypt(TpmPublic key, ReadOnlySpan<byte> secret)
    {
        using var rsa = RSA.Create(((TpmRsaKey)key.Key).ToParameters());
        return rsa.Encrypt(secret, RSAEncryptionPadding.OaepSHA256);
    }

    private static byte[] PrivateOf(TpmSealedSecret secret)
    {
        var reader = new TpmReader(secret.Private.Span, "the sealed secret's private area");
        var content = reader.ReadSized(MostPrivateBytes, "content").ToArray();
        reader.End();
        return content;
    }

    private static TpmAddress AddressOf(string? tpm) => tpm is null ? TpmAddress.FindDevice() : TpmAddress.Parse(tpm);
}
