using Google.Protobuf;

namespace Coffer.KeyProvider.Daemon.Calls;

/// <summary>
/// Lets so many calls be worked on at once, the others in the order in which they came. A call keeps its turn until the core has
/// really ended it, also where its caller has been answered already: a source that hangs cannot gather work without bound.
/// </summary>
internal sealed class CallTurns(DaemonState state) : IDisposable
{
    private readonly SemaphoreSlim _turns = new(state.Settings.Limits.ConcurrentCalls);

    /// <summary>The core's answer, which nobody else holds. Zeroes the request when the core has ended with it.</summary>
    public async Task<ByteString> RunAsync(ByteString request, KeyCall call, CancellationToken cancellationToken)
    {
        try
        {
            await _turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            SentBytes.Zero(request);
            throw;
        }
        call.EndQueue();
        state.Parts.Load.ChangeRunning(1);
        var work = WorkAsync(request, call.Trace, cancellationToken);
        if (work.IsCompleted) return await work.ConfigureAwait(false);
        try
        {
            return await work.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch when (!work.IsCompleted)
        {
            _ = work.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }
    }

    public void Dispose() => _turns.Dispose();

    private async Task<ByteString> WorkAsync(ByteString request, CallTrace trace, CancellationToken cancellationToken)
    {
        try
        {
            using var lease = state.Core.Borrow();
            return UnsafeByteOperations.UnsafeWrap(await lease.Core.AnswerAsync(request.Memory, trace, cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            SentBytes.Zero(request);
            state.Parts.Load.ChangeRunning(-1);
            _turns.Release();
        }
    }

    private static void Forget(Task<ByteString> late)
    {
        if (late.IsCompletedSuccessfully) SentBytes.Zero(late.Result);
        else _ = late.Exception;
    }
}
