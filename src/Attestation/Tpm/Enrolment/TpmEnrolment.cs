using System.Security.Cryptography;
using Coffer.Attestation.Protocol.Enrolment;
using Coffer.Attestation.Tpm.Commands;
using Coffer.Attestation.Tpm.Evidence;
using Coffer.Attestation.Tpm.Keys;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Oci;

namespace Coffer.Attestation.Tpm.Enrolment;

/// <summary>
/// The node's side of enrolling: shows which TPM it is and proves that the attestation key lives in it. The TPM is held for the time of
/// a call only, never while the broker is asked.
/// </summary>
public sealed class TpmEnrolment : IDisposable
{
    private const int MostBlobBytes = 2048;
    private readonly TpmSettings _settings;
    private readonly TpmDevice _device;
    private readonly NodeKeys _keys;
    private readonly StateFolder _folder;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="settings">The same as of the attester later.</param>
    /// <param name="time">For deadlines.</param>
    /// <exception cref="ArgumentOutOfRangeException">A register or persistent handle that no TPM has.</exception>
    public TpmEnrolment(TpmSettings settings, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(time);
        _settings = settings;
        _device = new TpmDevice(settings.Address, time, settings.Patience);
        _keys = new NodeKeys(settings, time);
        _folder = new StateFolder(settings.StateDirectory);
    }

    /// <summary>Makes the attestation key where there is none yet, and finds the endorsement key with its certificate.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/> or <see cref="AttestationFault.Malformed"/>.</exception>
    public async Task<TpmEnrolmentOffer> PrepareAsync(CancellationToken cancellationToken)
    {
        var given = ReadCertificate();
        var host = new MachineFacts(_settings).ReadHostUuid();
        return await _device.UseAsync(async (tpm, cancel) =>
        {
            var ak = await _keys.LoadAkAsync(tpm, cancel).ConfigureAwait(false);
            return new TpmEnrolmentOffer(await EndorsementKey.FindAsync(tpm, given, cancel).ConfigureAwait(false), ak.Public, host);
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens the broker's credential and quotes the registers over it.</summary>
    /// <param name="offer">From <see cref="PrepareAsync"/>.</param>
    /// <param name="credentialBlob">TPM2B_ID_OBJECT.</param>
    /// <param name="encryptedSecret">TPM2B_ENCRYPTED_SECRET.</param>
    /// <param name="nonce">The broker's.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>; <see cref="AttestationFault.Unavailable"/>, also
    /// where the credential was made for another TPM or key.</exception>
    public async Task<TpmEnrolmentAnswer> ActivateAsync(
        TpmEnrolmentOffer offer, ReadOnlyMemory<byte> credentialBlob, ReadOnlyMemory<byte> encryptedSecret, ReadOnlyMemory<byte> nonce, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(offer);
        var credential = Content(credentialBlob.Span, "the credential");
        var seed = Content(encryptedSecret.Span, "the credential's encrypted seed");
        return await _device.UseAsync(async (tpm, cancel) =>
        {
            var ak = await _keys.LoadAkAsync(tpm, cancel).ConfigureAwait(false);
            var secret = await OpenAsync(tpm, ak, offer.Kind, credential, seed, cancel).ConfigureAwait(false);
            try
            {
                var quoted = await QuotedPcrs.TakeAsync(tpm, ak, EnrolmentProof.Binding(nonce.Span, secret), [TpmAlgorithm.Sha256], cancel).ConfigureAwait(false);
                return new TpmEnrolmentAnswer(secret, quoted.Quote.Message, quoted.Quote.Signature, quoted.Hex(TpmAlgorithm.Sha256));
            }
            catch
            {
                CryptographicOperations.ZeroMemory(secret);
                throw;
            }
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Keeps where the node is enrolled.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/>: the state folder cannot be written.</exception>
    public void Save(EnrolledHost host) => _folder.Write(EnrolledHost.FileName, host.ToJson());

    /// <summary>Where the node is enrolled; null where it is not.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/> or <see cref="AttestationFault.Malformed"/>.</exception>
    public EnrolledHost? Load() => _folder.Read(EnrolledHost.FileName) is { } json ? EnrolledHost.Parse(json) : null;

    /// <inheritdoc/>
    public void Dispose() => _device.Dispose();

    private static async Task<byte[]> OpenAsync(
        TpmConnection tpm, LoadedKey ak, EndorsementKeyKind kind, byte[] credential, byte[] seed, CancellationToken cancellationToken)
    {
        // The salt's key makes room for the endorsement key: three slots is all that some TPMs have.
        var salt = await tpm.CreatePrimaryAsync(TpmHandle.Endorsement, KeyTemplates.Storage, cancellationToken).ConfigureAwait(false);
        var session = await tpm.StartHmacSessionAsync(salt, cancellationToken).ConfigureAwait(false);
        ITpmAuthorization forEk = kind.NeedsPolicy ? await EndorsementPolicyAsync(tpm, salt, cancellationToken).ConfigureAwait(false) : EmptyPassword.Instance;
        await tpm.FlushContextAsync(salt.Handle.Value, cancellationToken).ConfigureAwait(false);
        var ek = await EndorsementKey.MakeAsync(tpm, kind, cancellationToken).ConfigureAwait(false);
        var secret = await tpm.ActivateCredentialAsync(ak, session, ek, forEk, credential, seed, cancellationToken).ConfigureAwait(false);
        await tpm.FlushContextAsync(ek.Handle.Value, cancellationToken).ConfigureAwait(false);
        return secret;
    }

    private static async Task<TpmSession> EndorsementPolicyAsync(TpmConnection tpm, LoadedKey salt, CancellationToken cancellationToken)
    {
        var policy = await tpm.StartPolicySessionAsync(salt, cancellationToken).ConfigureAwait(false);
        await tpm.PolicySecretAsync(policy, TpmHandle.Endorsement, cancellationToken).ConfigureAwait(false);
        return policy;
    }

    private static byte[] Content(ReadOnlySpan<byte> sized, string what)
    {
        var reader = new TpmReader(sized, what);
        var content = reader.ReadSized(MostBlobBytes, "content").ToArray();
        reader.End();
        return content;
    }

    private byte[]? ReadCertificate()
    {
        if (_settings.EkCertificatePath is not { } path) return null;
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > EndorsementCertificate.MostBytes)
            {
                throw new AttestationException(AttestationFault.Malformed, $"{Printable.Of(path)} has more than {EndorsementCertificate.MostBytes} bytes");
            }
            var content = new byte[file.Length];
            file.ReadExactly(content);
            return EndorsementCertificate.FromFile(path, content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AttestationException(AttestationFault.Unavailable, $"the certificate {Printable.Of(path)} cannot be read: {e.Message}", inner: e);
        }
    }
}
