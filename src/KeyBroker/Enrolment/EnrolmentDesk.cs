using System.Security.Cryptography;
using Coffer.Attestation;
using Coffer.Attestation.Protocol.Enrolment;
using Coffer.Attestation.Tpm.Credentials;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Attestation.Tpm.Verification;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Hosts;
using Coffer.KeyBroker.Refusals;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Enrolment;

/// <summary>
/// Enrols machines in two steps. First a machine shows its endorsement and its attestation key and gets a credential that only a TPM
/// with both opens (TPM 2.0 Part 1, section 24); then it brings the credential's secret and a quote bound to it.
/// </summary>
internal sealed class EnrolmentDesk(IBrokerStore store, JoinTokens joinTokens, EnrolmentRecorder recorder, RefusalLog refusals, BrokerRules rules, TimeProvider time)
{
    private const int SecretBytes = 32;

    // Endorsement certificates are no secret: whoever knows one must not take every place there is.
    private const int MostOfOneEk = 8;

    /// <summary>The desk of one broker.</summary>
    public static EnrolmentDesk Of(BrokerParts parts)
    {
        var tokens = new JoinTokens(parts.Store, parts.Audit, parts.Time);
        var rules = parts.Settings.Rules;
        return new EnrolmentDesk(
            parts.Store, tokens, new EnrolmentRecorder(parts.Store, parts.Audit, tokens, rules, parts.Time), new RefusalLog(parts.Store, parts.Floods), rules, parts.Time);
    }

    /// <summary>Makes a credential.</summary>
    /// <exception cref="AttestationException">The message, a key or the endorsement certificate does not hold.</exception>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Denied"/>: the endorsement key is not trusted, or revoked, or the join token unknown;
    /// <see cref="BrokerFault.TooMany"/>: too many enrolments or pending hosts.</exception>
    public async Task<EnrolmentChallenge> BeginAsync(string requestId, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        try
        {
            return await BeginAsync(EnrolmentRequest.Parse(body), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AttestationException or BrokerException { Fault: BrokerFault.Denied or BrokerFault.BadRequest or BrokerFault.TooMany })
        {
            await NoteAsync(requestId, e, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Takes the proof, once: an enrolment that was answered wrongly begins anew.</summary>
    /// <exception cref="AttestationException">The message or the quote does not hold.</exception>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unauthenticated"/>: no such enrolment, or the wrong secret; <see cref="BrokerFault.Denied"/>: revoked;
    /// <see cref="BrokerFault.TooMany"/>: too many pending hosts.</exception>
    public async Task<EnrolmentResult> FinishAsync(string requestId, string id, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        try
        {
            var proof = EnrolmentProof.Parse(body);
            try
            {
                return await FinishAsync(requestId, id, proof, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(proof.Secret);
            }
        }
        catch (Exception e) when (e is AttestationException or BrokerException { Fault: BrokerFault.Denied or BrokerFault.Unauthenticated or BrokerFault.TooMany or BrokerFault.Conflict })
        {
            await NoteAsync(requestId, e, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<EnrolmentChallenge> BeginAsync(EnrolmentRequest request, CancellationToken cancellationToken)
    {
        var (ek, ak) = (TpmPublic.ParseSized(request.EkPublic), TpmPublic.ParseSized(request.AkPublic));
        AttestationKeyRules.Check(ak);
        var fingerprint = EkFingerprint.Of(ek);
        var (trust, token) = await store.ReadAsync(async s => (
            await EkTrust.ReadAsync(s, fingerprint).ConfigureAwait(false),
            request.JoinToken is { } text ? await joinTokens.FindAsync(s, text).ConfigureAwait(false) : null), cancellationToken).ConfigureAwait(false);
        var known = trust.Require(ek, fingerprint, request.EkCertificate, time);
        if (request.JoinToken is not null && token is null) throw new BrokerException(BrokerFault.Denied, "the join token is not known: used, expired, or of another broker");

        var (secret, nonce) = (RandomNumberGenerator.GetBytes(SecretBytes), RandomNumberGenerator.GetBytes(32));
        try
        {
            var name = ak.ComputeName();
            var credential = MakeCredential.Create(ek, name, secret);
            var open = new OpenEnrolment(
                OpenEnrolment.NewId(known), known, new HostAk(Convert.ToHexStringLower(name), request.AkPublic), nonce, SHA256.HashData(secret), time.GetUtcNow() + rules.EnrolmentLifetime)
            {
                EkPublic = request.EkPublic, EkCertificate = request.EkCertificate, JoinTokenId = token?.Id, Name = request.Name, HostUuid = request.HostUuid,
            };
            await OpenAsync(open, cancellationToken).ConfigureAwait(false);
            return new EnrolmentChallenge(open.Id, credential.Blob, credential.EncryptedSecret, nonce);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private Task NoteAsync(string requestId, Exception refusal, CancellationToken cancellationToken)
    {
        var about = refusal as EnrolmentRefusedException;
        return refusals.NoteAsync(new AuditEvent(requestId, "host.enrol", AuditOutcome.Denied, about?.Reason ?? refusal.Message) { Subject = about?.HostId }, cancellationToken);
    }

    private Task<bool> OpenAsync(OpenEnrolment open, CancellationToken cancellationToken) => store.WriteAsync(async s =>
    {
        var host = await HostRecords.FindByEkAsync(s, open.Ek.Fingerprint).ConfigureAwait(false);
        if (host is { State: HostState.Revoked }) throw EnrolmentRecorder.Revoked(host);
        if (await s.CountAsync(Collections.Enrolments).ConfigureAwait(false) >= rules.MostEnrolments
            || await s.CountAsync(Collections.Enrolments, OpenEnrolment.PrefixOf(open.Ek)).ConfigureAwait(false) >= MostOfOneEk)
        {
            throw new BrokerException(BrokerFault.TooMany, "too many enrolments wait already", "try again in some minutes");
        }
        if (host is null && await HostRecords.CountPendingAsync(s).ConfigureAwait(false) >= rules.MostPendingHosts) throw EnrolmentRecorder.TooManyPending(rules);
        await s.PutAsync(Collections.Enrolments, open.Id, open.ToBytes(), open.Expires).ConfigureAwait(false);
        return true;
    }, cancellationToken);

    private async Task<EnrolmentResult> FinishAsync(string requestId, string id, EnrolmentProof proof, CancellationToken cancellationToken)
    {
        var open = await store.WriteAsync(async s =>
        {
            if (!OpenEnrolment.IsId(id) || await s.FindAsync(Collections.Enrolments, id).ConfigureAwait(false) is not { } record) return null;
            await s.DeleteAsync(Collections.Enrolments, id).ConfigureAwait(false);
            return OpenEnrolment.FromBytes(id, record.Value);
        }, cancellationToken).ConfigureAwait(false);
        if (open is null || open.Expires <= time.GetUtcNow()) throw new BrokerException(BrokerFault.Unauthenticated, "there is no such enrolment, or it has expired", "begin anew");
        if (!CryptographicOperations.FixedTimeEquals(SHA256.HashData(proof.Secret), open.SecretHash))
        {
            throw new BrokerException(BrokerFault.Unauthenticated, "the credential's secret is another one", "begin anew");
        }
        var quote = EnrolmentQuote.Verify(TpmPublic.ParseSized(open.Ak.Public.Span), open.Nonce, proof);
        var host = await recorder.RecordAsync(requestId, open, quote, cancellationToken).ConfigureAwait(false);
        return new EnrolmentResult(host.Id, HostDocument.Word(host.State), host.Ak.Name);
    }
}
