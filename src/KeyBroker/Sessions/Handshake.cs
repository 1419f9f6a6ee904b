using System.Text.Json;
using Coffer.Attestation;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Protocol.Messages;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Limits;
using Coffer.KeyBroker.Refusals;
using Coffer.KeyBroker.Telemetry;
using Coffer.KeyBroker.Tokens;
using Coffer.Oci;

namespace Coffer.KeyBroker.Sessions;

/// <summary>The protocol's handshake: request and challenge, attestation and token.</summary>
internal sealed class Handshake(SessionStore sessions, IReadOnlyList<IVerifier> verifiers, AttestationKeeper keeper, EarTokens tokens, RefusalLog refusals, BrokerRules rules, RateLimits limits)
{
    /// <summary>Opens a session for a request.</summary>
    /// <param name="body">The request.</param>
    /// <param name="source">Where it comes from, of <see cref="SourceAddress"/>; null where that is not limited.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="AttestationException">The request is malformed.</exception>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unauthenticated"/>: a version or TEE that is not served; <see cref="BrokerFault.TooMany"/>.</exception>
    public Task<Session> BeginAsync(ReadOnlyMemory<byte> body, string? source, CancellationToken cancellationToken)
    {
        var request = KbsRequest.Parse(body);
        if (KbsVersions.Find(request.Version) is not { } version || (version != KbsVersions.Current && !rules.OlderVersions.Contains(version)))
        {
            throw new BrokerException(BrokerFault.Unauthenticated,
                $"KBS Client Protocol Version Mismatch: expect ={KbsVersions.TextOf(KbsVersions.Current)} while the request is {Printable.Of(request.Version, 32)}");
        }
        _ = Verifier(request.Tee);
        limits.OpenSession(source);
        return sessions.OpenAsync(version, request.Tee, cancellationToken);
    }

    /// <summary>Answers an attestation with a token; whatever comes of it, the session's nonce is used up.</summary>
    /// <param name="requestId">For the audit.</param>
    /// <param name="sessionId">What the cookie holds, or null.</param>
    /// <param name="body">The message.</param>
    /// <param name="announced">Told whose evidence it is, once a session says so.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="AttestationException">The message is malformed.</exception>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unauthenticated"/>: no such session, a used or another nonce, evidence that does not hold;
    /// <see cref="BrokerFault.Denied"/>: the machine is not admitted.</exception>
    public async Task<(string Token, Session Session)> AttestAsync(string requestId, string? sessionId, ReadOnlyMemory<byte> body, Action<string> announced, CancellationToken cancellationToken)
    {
        var session = await sessions.TakeAsync(sessionId, cancellationToken).ConfigureAwait(false);
        announced(session.Tee);
        var attestation = KbsAttestation.Parse(body, session.Version, rules.InsecureAllowRsa15);
        // The nonce is not secret: nothing is learnt from how long the comparison takes.
        if (attestation.Nonce is { } nonce && nonce != session.Nonce) throw new BrokerException(BrokerFault.Unauthenticated, "the attestation answers another nonce than the session's");
        var digest = ReportData.Compute(session.Version, session.Nonce, attestation.Key, attestation.AdditionalEvidence);
        var verdict = await VerifyAsync(requestId, session, attestation, digest, cancellationToken).ConfigureAwait(false);
        limits.Host(verdict.Machine?.AkName);
        limits.KeepSession(verdict.Machine?.AkName);
        var (kept, host) = await keeper.KeepAsync(requestId, session, attestation.Key, verdict, cancellationToken).ConfigureAwait(false);
        var token = await tokens.SignAsync(kept, host, session.Nonce, attestation.AdditionalEvidence, cancellationToken).ConfigureAwait(false);
        return (token, session);
    }

    // Which check failed is the operator's to know: it would help whoever forges evidence.
    private async Task<Verdict> VerifyAsync(string requestId, Session session, KbsAttestation attestation, byte[] digest, CancellationToken cancellationToken)
    {
        using var span = BrokerTraces.Verify(session.Tee);
        try
        {
            return Verifier(session.Tee).Verify(attestation.Evidence, digest, attestation.Key);
        }
        catch (AttestationException e)
        {
            BrokerTraces.Refuse(span);
            await refusals.NoteAsync(new AuditEvent(requestId, "attest", AuditOutcome.Failed, e.Message) { Subject = session.Tee }, cancellationToken).ConfigureAwait(false);
            throw new RefusedException(BrokerFault.Unauthenticated, "the evidence does not hold");
        }
    }

    private IVerifier Verifier(string tee) =>
        tee == TeeNames.Sample && !rules.InsecureAllowSampleEvidence
            ? throw new BrokerException(BrokerFault.Unauthenticated, "sample evidence is not taken here", "it proves nothing; --insecure-allow-sample-evidence lets it in")
            : verifiers.FirstOrDefault(v => v.Tee == tee)
                ?? throw new BrokerException(BrokerFault.Unauthenticated, $"evidence of '{Printable.Of(tee, 64)}' is not verified here", $"known: {string.Join(", ", verifiers.Select(v => v.Tee))}");
}
