namespace Coffer.KeyBroker.Storage.Writes;

/// <summary>One caller's write on its way through <see cref="WriteQueue"/>. It is run with the caller's context, and again where its batch has to be.</summary>
internal abstract class QueuedWrite
{
    private const int Waiting = 0, Taken = 1, GivenUp = 2;

    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private int _state = Waiting;

    /// <summary>The caller's token.</summary>
    protected abstract CancellationToken Cancellation { get; }

    /// <summary>Takes it out of the queue; false where its caller gave up before.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Waiting) == Waiting;

    /// <summary>Ends the caller's wait, unless the write is being run already.</summary>
    public void GiveUp()
    {
        if (Interlocked.CompareExchange(ref _state, GivenUp, Waiting) == Waiting) Cancel();
    }

    /// <summary>Runs the caller's work and keeps what came of it until <see cref="Acknowledge"/>.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="inside">Set while the work runs.</param>
    /// <param name="isOfEngine">Tells failures of the engine, which are thrown on, from the work's own.</param>
    /// <returns>Whether what it wrote is to stand.</returns>
    public async Task<bool> RunAsync(IStoreWriter writer, AsyncLocal<bool> inside, Func<Exception, bool> isOfEngine)
    {
        try
        {
            await InContext(() =>
            {
                inside.Value = true; // ends with the context
                return WorkAsync(writer);
            }).ConfigureAwait(false);
            Cancellation.ThrowIfCancellationRequested();
            return true;
        }
        catch (Exception e) when (!isOfEngine(e))
        {
            Keep(e);
            return false;
        }
    }

    /// <summary>Tells the caller what came of it: the batch is on the disk.</summary>
    public abstract void Acknowledge();

    /// <summary>Tells the caller that nothing came of it.</summary>
    public abstract void Fail(Exception error);

    /// <summary>Runs the work and keeps its result.</summary>
    protected abstract Task WorkAsync(IStoreWriter writer);

    /// <summary>Keeps the work's own failure in place of a result.</summary>
    protected abstract void Keep(Exception error);

    /// <summary>Tells the caller that it was given up.</summary>
    protected abstract void Cancel();

    private Task InContext(Func<Task> work)
    {
        if (_context is null) return work();
        var task = Task.CompletedTask;
        ExecutionContext.Run(_context, _ => task = work(), null);
        return task;
    }
}
