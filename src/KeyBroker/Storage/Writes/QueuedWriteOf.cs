namespace Coffer.KeyBroker.Storage.Writes;

/// <summary>A write with a result.</summary>
/// <param name="work">What the caller reads and writes.</param>
/// <param name="cancellationToken">The caller's.</param>
internal sealed class QueuedWriteOf<T>(Func<IStoreWriter, ValueTask<T>> work, CancellationToken cancellationToken) : QueuedWrite
{
    // Callers go on elsewhere: the queue does not wait for what they do next.
    private readonly TaskCompletionSource<T> _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;
    private Exception? _error;

    /// <summary>Completes when the caller is told.</summary>
    public Task<T> Told => _told.Task;

    /// <inheritdoc/>
    protected override CancellationToken Cancellation => cancellationToken;

    /// <inheritdoc/>
    public override void Acknowledge()
    {
        if (_error is null) _told.TrySetResult(_result!);
        else Fail(_error);
    }

    /// <inheritdoc/>
    public override void Fail(Exception error)
    {
        if (error is OperationCanceledException && cancellationToken.IsCancellationRequested) Cancel();
        else _told.TrySetException(error);
    }

    /// <inheritdoc/>
    protected override async Task WorkAsync(IStoreWriter writer)
    {
        (_result, _error) = (default, null);
        _result = await work(writer).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Keep(Exception error) => _error = error;

    /// <inheritdoc/>
    protected override void Cancel() => _told.TrySetCanceled(cancellationToken);
}
