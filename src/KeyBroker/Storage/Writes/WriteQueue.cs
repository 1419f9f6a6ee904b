namespace Coffer.KeyBroker.Storage.Writes;

/// <summary>
/// Group commit: one writer, to whom others queue. Those that wait while a batch is under way share the next durable commit; each is
/// atomic on its own all the same. Safe for many calls at once.
/// </summary>
/// <param name="commit">Runs a batch to its end and acknowledges it; what it throws, the batch's callers get.</param>
internal sealed class WriteQueue(Func<WriteBatch, Task> commit)
{
    private const int MostWaiting = 10_000;

    private readonly Lock _turn = new();
    private readonly Queue<QueuedWrite> _waiting = [];
    private readonly AsyncLocal<bool> _inside = new();
    private Task _running = Task.CompletedTask;
    private bool _isRunning;
    private bool _isClosed;

    /// <summary>True within a write's own work.</summary>
    public AsyncLocal<bool> Inside => _inside;

    /// <summary>Queues a write; completes when it is durable, or nothing came of it.</summary>
    /// <exception cref="InvalidOperationException">It is called from within a write, which would wait for itself.</exception>
    /// <exception cref="ObjectDisposedException">The queue was closed.</exception>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: too many wait.</exception>
    public async Task<T> WriteAsync<T>(Func<IStoreWriter, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        if (_inside.Value) throw new InvalidOperationException("a write within a write");
        cancellationToken.ThrowIfCancellationRequested();
        var write = new QueuedWriteOf<T>(work, cancellationToken);
        lock (_turn)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(IBrokerStore));
            if (_waiting.Count >= MostWaiting) throw new BrokerException(BrokerFault.Unavailable, $"{MostWaiting} writes wait for the store already", "try again in a moment");
            _waiting.Enqueue(write);
            if (!_isRunning) Start();
        }
        using var registration = cancellationToken.UnsafeRegister(static w => ((QueuedWrite)w!).GiveUp(), write);
        return await write.Told.ConfigureAwait(false);
    }

    /// <summary>Takes no more, and waits for what is under way.</summary>
    public async Task CloseAsync()
    {
        Task running;
        lock (_turn) (_isClosed, running) = (true, _running);
        await running.ConfigureAwait(false);
    }

    private void Start()
    {
        _isRunning = true;
        using (ExecutionContext.SuppressFlow()) _running = Task.Run(RunAsync);
    }

    private async Task RunAsync()
    {
        while (Take() is { } first)
        {
            var batch = new WriteBatch(first, More);
            try
            {
                await commit(batch).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                batch.Fail(e);
            }
        }
    }

    private QueuedWrite? More()
    {
        lock (_turn) return TakeOne();
    }

    private QueuedWrite? Take()
    {
        lock (_turn)
        {
            var write = TakeOne();
            _isRunning = write is not null;
            return write;
        }
    }

    private QueuedWrite? TakeOne()
    {
        while (_waiting.TryDequeue(out var write))
        {
            if (write.TryTake()) return write;
        }
        return null;
    }
}
