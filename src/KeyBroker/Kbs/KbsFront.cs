using System.Globalization;
using Coffer.Attestation;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Protocol.Messages;
using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Hosting;
using Coffer.KeyBroker.Limits;
using Coffer.KeyBroker.Refusals;
using Coffer.KeyBroker.Release;
using Coffer.KeyBroker.Sessions;
using Coffer.KeyBroker.Telemetry;
using Coffer.Oci;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Coffer.KeyBroker.Kbs;

/// <summary>
/// The key broker service protocol of Confidential Containers (RCAR), at <c>/kbs/v0</c>: <c>auth</c>, <c>attest</c>, and resources,
/// to guests by session or token and to administrators by access token.
/// </summary>
internal sealed class KbsFront(Handshake handshake, GuestCredential guests, ResourceRelease release, ResourceDesk desk, RefusalLog refusals, RateLimits limits) : IBrokerFront
{
    public const string Prefix = "/kbs/v0";

    private const int MostBodyBytes = KbsAttestation.MostBytes;

    /// <inheritdoc/>
    public PathString Root => Prefix;

    /// <inheritdoc/>
    public async Task AnswerAsync(HttpContext context)
    {
        var step = KbsStep.None;
        try
        {
            var target = RequestTarget.Parse(context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "", Prefix + "/");
            step = StepOf(context.Request.Method, target.Segments);
            if (step != KbsStep.None) RequestFacts.Of(context).Route = RouteOf(step);
            await KbsReply.WriteAsync(context, await RunAsync(context, step, target).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            await NoteAsync(context, step, e).ConfigureAwait(false);
            if (e is LimitedException limited) context.Response.Headers.RetryAfter = limited.RetryAfter.ToString(CultureInfo.InvariantCulture);
            await KbsReply.WriteAsync(context, KbsRefusal.Of(step, e)).ConfigureAwait(false);
        }
    }

    private static KbsStep StepOf(string method, IReadOnlyList<string> segments) => (method, segments) switch
    {
        ("POST", ["auth"]) => KbsStep.Auth,
        ("POST", ["attest"]) => KbsStep.Attest,
        ("GET", ["resource", ..]) => KbsStep.Resource,
        ("POST" or "DELETE", ["resource", ..]) => KbsStep.Administration,
        _ => KbsStep.None,
    };

    private async Task<KbsAnswer> RunAsync(HttpContext context, KbsStep step, RequestTarget target)
    {
        var segments = target.Segments;
        var (request, id, cancellation) = (context.Request, context.TraceIdentifier, context.RequestAborted);
        switch (step)
        {
            case KbsStep.Auth:
                var source = SourceAddress.KeyOf(context.Connection.RemoteIpAddress);
                limits.Auth(source);
                var session = await handshake.BeginAsync(await RequestBody.ReadAsync(request, KbsRequest.MostBytes, cancellation).ConfigureAwait(false), source, cancellation).ConfigureAwait(false);
                SessionCookie.Set(context.Response, session);
                return new KbsAnswer(new KbsChallenge(session.Nonce).ToJson());
            case KbsStep.Attest:
                var body = await RequestBody.ReadAsync(request, MostBodyBytes, cancellation).ConfigureAwait(false);
                var (token, attested) = await handshake.AttestAsync(id, SessionCookie.Read(request), body, tee => RequestFacts.Of(context).Tee = tee, cancellation).ConfigureAwait(false);
                SessionCookie.Set(context.Response, attested);
                return new KbsAnswer(new KbsToken(token).ToJson());
            case KbsStep.Resource:
                var path = PathOf(segments) with { Version = VersionOf(target.Query) };
                var attestation = await guests.RequireAsync(request, cancellation).ConfigureAwait(false);
                return new KbsAnswer(await release.ReleaseAsync(id, attestation, path, cancellation).ConfigureAwait(false));
            case KbsStep.Administration:
                await desk.AnswerAsync(id, request, PathOf(segments), cancellation).ConfigureAwait(false);
                return KbsAnswer.Done;
            default:
                throw new BrokerException(BrokerFault.NotFound, $"'{Printable.Of(segments.Count == 0 ? "" : segments[0], 32)}' is not served here");
        }
    }

    private static KbsResourceUri PathOf(IReadOnlyList<string> segments) => KbsResourceUri.FromPath(string.Join('/', segments.Skip(1)));

    // Guests may send members that other brokers know; those say nothing here.
    private static int? VersionOf(IReadOnlyDictionary<string, string> query) => !query.TryGetValue("version", out var text) ? null
        : KbsResourceUri.TryNumber(text) ?? throw new BrokerException(BrokerFault.BadRequest, $"'version' is '{Printable.Of(text, 16)}', which is no version's number");

    // What the core refused stands in the audit already.
    private async Task NoteAsync(HttpContext context, KbsStep step, Exception error)
    {
        if (error is RefusedException || step == KbsStep.None) return;
        var reason = error is BrokerException or AttestationException ? error.Message : $"a fault of the broker: {error.GetType().Name}";
        var outcome = error is BrokerException { Fault: BrokerFault.Unauthenticated or BrokerFault.Denied } ? AuditOutcome.Denied : AuditOutcome.Failed;
        try
        {
            await refusals.NoteAsync(new AuditEvent(context.TraceIdentifier, ActionOf(step), outcome, reason) { Subject = Printable.Of(context.Request.Path.Value) }, context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception e) when (e is BrokerException or OperationCanceledException)
        {
            // It is refused all the same, and the store that could not be written said so to whoever runs it.
        }
    }

    private static string RouteOf(KbsStep step) => Prefix + step switch
    {
        KbsStep.Auth => "/auth",
        KbsStep.Attest => "/attest",
        _ => "/resource/{*path}",
    };

    private static string ActionOf(KbsStep step) => step switch
    {
        KbsStep.Auth => "auth",
        KbsStep.Attest => "attest",
        KbsStep.Resource => "resource.release",
        _ => "resource.change",
    };
}
