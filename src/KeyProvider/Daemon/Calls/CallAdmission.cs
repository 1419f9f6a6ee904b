using System.Globalization;
using Coffer.KeyProvider.Calls;
using Coffer.KeyProvider.Daemon.Peers;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Coffer.KeyProvider.Daemon.Calls;

/// <summary>
/// The gate before wrap and unwrap calls: admits as many as may be worked on and wait together, and turns away the next one at
/// once, before its body is read; ends a call whose request does not arrive in time; tells the observer of each.
/// </summary>
internal sealed class CallAdmission(DaemonState state, TimeProvider time)
{
    private static readonly PathString Service = "/keyprovider.KeyProviderService", Health = "/grpc.health.v1.Health";

    // A source's time-out says more than the call's as a whole, so it comes first unless the call had to wait for its turn.
    private const double OverSourceTime = 1.1;

    private int _admitted;

    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path;
        if (!path.StartsWithSegments(Service, StringComparison.Ordinal))
        {
            await (path.StartsWithSegments(Health, StringComparison.Ordinal) ? next(context) : UntilStoppingAsync(context, next)).ConfigureAwait(false);
            return;
        }
        using var call = new KeyCall(context.Features.Get<ConnectedPeer>()!.Peer, state.Settings.Core.CallTimeout * OverSourceTime, state.Parts.Load, time);
        context.Features.Set(call);
        using var span = CallSpans.Begin(context.Request.Headers.TraceParent.ToString());
        state.Observer.CallStarted(call.Peer);
        try
        {
            await AdmitAsync(context, next, call).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or BadHttpRequestException)
        {
            if (call.Failure is null) call.Fail(FailureReason.Cancelled, "the caller went away");
        }
        finally
        {
            if (call.Failure is null) NoteStatus(context, call);
            CallSpans.End(span, call.Trace, call.Failure);
            state.Observer.CallFinished(call.Finish());
        }
    }

    private async Task AdmitAsync(HttpContext context, RequestDelegate next, KeyCall call)
    {
        var limits = state.Settings.Limits;
        try
        {
            if (Interlocked.Increment(ref _admitted) > limits.ConcurrentCalls + limits.QueuedCalls)
            {
                call.Fail(FailureReason.Busy, $"key provider is busy: {limits.ConcurrentCalls} calls are worked on and {limits.QueuedCalls} wait");
                await Refusal.WriteAsync(context, StatusCode.ResourceExhausted, call.Message!, "try again; the limits are in the daemon's configuration").ConfigureAwait(false);
                return;
            }
            call.Queue();
            using var late = call.Deadline.Token.Register(() => EndUnreceived(context, call));
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _admitted);
            call.EndQueue();
        }
    }

    private static void EndUnreceived(HttpContext context, KeyCall call)
    {
        if (call.IsReceived) return;
        call.Fail(FailureReason.Timeout, $"the request did not arrive within {call.Limit.TotalSeconds:0.#} s");
        context.Abort();
    }

    // Reflection streams stay open as long as the client likes, but not longer than the daemon. Watchers of its health end by themselves.
    private async Task UntilStoppingAsync(HttpContext context, RequestDelegate next)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, state.Stopping.Token);
        context.RequestAborted = end.Token;
        await next(context).ConfigureAwait(false);
    }

    // What the gRPC library refuses by itself: a message too large or malformed, an unknown method, the client's own deadline.
    private static void NoteStatus(HttpContext context, KeyCall call)
    {
        var trailers = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        var status = trailers is not null && trailers.TryGetValue("grpc-status", out var trailing) ? trailing : context.Response.Headers["grpc-status"];
        if (!int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code))
        {
            call.Fail(FailureReason.Cancelled, "the caller went away");
            return;
        }
        if (Refusal.ReasonOf((StatusCode)code) is { } reason) call.Fail(reason, $"refused by the gRPC library with status {(StatusCode)code}");
    }
}
