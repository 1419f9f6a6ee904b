using Coffer.ImageCrypt.KeyWrap.Provider;
using Coffer.ImageCrypt.KeyWrap.Provider.Wire;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Coffer.KeyProvider.Daemon.Calls;

/// <summary>The service of protos/keyprovider.proto: hands each request document to the core and its answer back.</summary>
internal sealed class KeyProviderEndpoint(CallTurns turns) : KeyProviderService.KeyProviderServiceBase
{
    public override Task<keyProviderKeyWrapProtocolOutput> WrapKey(keyProviderKeyWrapProtocolInput request, ServerCallContext context) =>
        AnswerAsync(KeyProviderOperation.KeyWrap, request, context);

    public override Task<keyProviderKeyWrapProtocolOutput> UnWrapKey(keyProviderKeyWrapProtocolInput request, ServerCallContext context) =>
        AnswerAsync(KeyProviderOperation.KeyUnwrap, request, context);

    private async Task<keyProviderKeyWrapProtocolOutput> AnswerAsync(
        KeyProviderOperation operation, keyProviderKeyWrapProtocolInput message, ServerCallContext context)
    {
        var http = context.GetHttpContext();
        var call = http.Features.Get<KeyCall>()!;
        call.IsReceived = true;
        call.Trace.Operation = operation;
        var request = message.KeyProviderKeyWrapProtocolInput;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, call.Deadline.Token);
        try
        {
            var answer = await turns.RunAsync(request, call, end.Token).ConfigureAwait(false);
            http.Response.OnCompleted(static bytes => { SentBytes.Zero((ByteString)bytes); return Task.CompletedTask; }, answer);
            return new keyProviderKeyWrapProtocolOutput { KeyProviderKeyWrapProtocolOutput = answer };
        }
        catch (Exception e)
        {
            throw Explain(e, call, context);
        }
    }

    private static RpcException Explain(Exception e, KeyCall call, ServerCallContext context)
    {
        var failure = e switch
        {
            // Told that nobody waits any more, the core takes it that the caller went away; it may have been the time.
            KeyProviderException { Reason: not FailureReason.Cancelled } known => known,
            _ when call.Deadline.IsCancellationRequested => new KeyProviderException(
                FailureReason.Timeout, $"{Subject(call.Trace)}: no answer within {call.Limit.TotalSeconds:0.#} s", "see the daemon's log for what the key source waits"),
            KeyProviderException or OperationCanceledException when context.CancellationToken.IsCancellationRequested => new KeyProviderException(
                FailureReason.Cancelled, $"{Subject(call.Trace)}: the caller went away or its deadline passed"),
            _ => new KeyProviderException(FailureReason.Internal, $"{Subject(call.Trace)}: a fault of the key provider's own", "the daemon's log says more"),
        };
        var line = Refusal.Line(failure.Message, failure.Hint);
        call.Fail(failure.Reason, line, failure.Reason == FailureReason.Internal ? e : null);
        return new RpcException(new Status(Refusal.CodeOf(failure.Reason), line));
    }

    private static string Subject(CallTrace trace) =>
        $"key provider '{trace.Provider ?? "coffer"}'" + (trace.KeyId is { } key ? $", key '{key}'" : "");
}
