namespace Coffer.KeyProvider.Daemon.Calls;

/// <summary>
/// The core that answers, which a reload replaces while calls go on: new calls get the new one, and the old one is disposed
/// when its last call has ended.
/// </summary>
internal sealed class SharedCore(KeyProviderCore core, Action<Exception> disposalFailed) : IAsyncDisposable
{
    private volatile Generation _current = new(core, disposalFailed);

    /// <summary>The present core, for one call. Disposal of the lease ends the call.</summary>
    public Lease Borrow()
    {
        while (true)
        {
            var generation = _current;
            if (generation.TryEnter()) return new Lease(generation);
        }
    }

    /// <summary>Puts another core in the present one's place.</summary>
    public void Replace(KeyProviderCore next)
    {
        var old = Interlocked.Exchange(ref _current, new Generation(next, disposalFailed));
        old.Leave();
    }

    /// <summary>Gives up the present core; completes when it is disposed, after its last call. No call may begin any more.</summary>
    public async ValueTask DisposeAsync()
    {
        var last = _current;
        last.Leave();
        await last.Disposed.ConfigureAwait(false);
    }

    /// <summary>One call's use of a core.</summary>
    public sealed class Lease(Generation generation) : IDisposable
    {
        private Generation? _generation = generation;

        public KeyProviderCore Core { get; } = generation.Core;

        public void Dispose() => Interlocked.Exchange(ref _generation, null)?.Leave();
    }

    /// <summary>A core with the number of its users: its calls, and this class while it is the present one.</summary>
    public sealed class Generation(KeyProviderCore core, Action<Exception> disposalFailed)
    {
        private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _users = 1;

        public KeyProviderCore Core { get; } = core;

        public Task Disposed => _disposed.Task;

        public bool TryEnter()
        {
            for (var users = Volatile.Read(ref _users); users > 0;)
            {
                var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
                if (seen == users) return true;
                users = seen;
            }
            return false;
        }

        public void Leave()
        {
            if (Interlocked.Decrement(ref _users) == 0) _ = Task.Run(DisposeCoreAsync);
        }

        private async Task DisposeCoreAsync()
        {
            try
            {
                await Core.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                disposalFailed(e);
            }
            finally
            {
                _disposed.SetResult();
            }
        }
    }
}
