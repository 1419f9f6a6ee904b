using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol.Messages;

namespace Coffer.Attestation.Protocol.Client;

/// <summary>
/// The client's side of the KBS protocol, version 0.4.0: request, challenge, attestation, response. Holds nothing between calls. Safe
/// for many calls at once.
/// </summary>
/// <param name="http">The broker; stays the caller's to dispose.</param>
/// <param name="attester">Evidence of this machine.</param>
public sealed class RcarClient(BrokerHttp http, IAttester attester)
{
    private const string Front = "kbs/v0";

    /// <summary>The broker's host and port.</summary>
    public string Authority => http.Authority;

    /// <summary>Proves what this machine is. The caller disposes the session.</summary>
    /// <exception cref="BrokerRefusedException">The broker refused: <see cref="AttestationFault.Denied"/> or another fault by its status.</exception>
    /// <exception cref="AttestationException">What <see cref="BrokerHttp.SendAsync"/> and the attester throw; <see cref="AttestationFault.Malformed"/>: the broker's answer.</exception>
    public async Task<RcarSession> AttestAsync(CancellationToken cancellationToken)
    {
        using var span = RcarTraces.Step("attest");
        // Read first: a machine that changes while it is quoted is then seen to have changed.
        var state = await attester.ReadStateAsync(cancellationToken).ConfigureAwait(false);
        var request = new KbsRequest(KbsVersions.TextOf(KbsVersions.Current), attester.Tee).ToJson();
        var opened = await PostAsync("auth", request, null, KbsChallenge.MostBytes, cancellationToken).ConfigureAwait(false);
        var nonce = KbsChallenge.Parse(opened.Body).Nonce;

        var key = await attester.OpenKeyAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var digest = ReportData.Compute(KbsVersions.Current, nonce, key.Public);
            var evidence = await CollectAsync(digest, key, cancellationToken).ConfigureAwait(false);
            var body = KbsAttestation.Write(nonce, key.Public, evidence);
            var attested = await PostAsync("attest", body, opened.SessionId, KbsToken.MostBytes, cancellationToken).ConfigureAwait(false);
            return new RcarSession(key, KbsToken.Parse(attested.Body).Token, attested.SessionId ?? opened.SessionId, state);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Gets a resource with the session's token, and opens it with its key.</summary>
    /// <param name="session">A session of this broker.</param>
    /// <param name="resource">The resource; its host is not looked at.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The resource, which the caller zeroes.</returns>
    /// <exception cref="BrokerRefusedException"><see cref="AttestationFault.Denied"/> (401 and 403), <see cref="AttestationFault.NotFound"/>, or another by its status.</exception>
    /// <exception cref="AttestationException">What <see cref="BrokerHttp.SendAsync"/> and <see cref="SealedResponse.Open"/> throw.</exception>
    public Task<byte[]> GetAsync(RcarSession session, KbsResourceUri resource, CancellationToken cancellationToken) =>
        FetchAsync(session, resource, request => request with { Bearer = session.Token }, cancellationToken);

    /// <summary>The same by the session's cookie.</summary>
    /// <exception cref="AttestationException">As of <see cref="GetAsync"/>; <see cref="AttestationFault.Unsupported"/>: the broker set no cookie.</exception>
    public Task<byte[]> GetByCookieAsync(RcarSession session, KbsResourceUri resource, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        var cookie = session.SessionId ?? throw new AttestationException(AttestationFault.Unsupported, $"the broker at {Authority} keeps no session by cookie");
        return FetchAsync(session, resource, request => request with { SessionId = cookie }, cancellationToken);
    }

    private async Task<JsonObject> CollectAsync(byte[] digest, ITeeKey key, CancellationToken cancellationToken)
    {
        using var span = RcarTraces.Step("evidence");
        return await attester.CollectAsync(digest, key, cancellationToken).ConfigureAwait(false);
    }

    private async Task<byte[]> FetchAsync(RcarSession session, KbsResourceUri resource, Func<BrokerRequest, BrokerRequest> identify, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(resource);
        using var span = RcarTraces.Step("resource");
        var request = identify(new BrokerRequest(HttpMethod.Get, $"{Front}/resource/{resource.PathAndVersion}", SealedResponse.MostBytes));
        var answer = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (answer.Status != 200) throw Refusals.OfKbs(answer, $"the resource {resource.PathAndVersion}");
        using var unseal = RcarTraces.Step("unseal");
        return SealedResponse.Open(answer.Body, session.Key);
    }

    private async Task<BrokerAnswer> PostAsync(string step, byte[] body, string? sessionId, int most, CancellationToken cancellationToken)
    {
        var answer = await http.SendAsync(new BrokerRequest(HttpMethod.Post, $"{Front}/{step}", most) { Body = body, SessionId = sessionId }, cancellationToken).ConfigureAwait(false);
        return answer.Status == 200 ? answer : throw Refusals.OfKbs(answer, step == "auth" ? "a session" : "an attestation of this machine");
    }
}
