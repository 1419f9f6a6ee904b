namespace Coffer.KeyProvider.Daemon;

/// <summary>How busy the daemon is just now, for the gauges: written by the daemon alone, read at any time by any thread.</summary>
public sealed class DaemonLoad
{
    private int _running;
    private int _queued;
    private int _connections;

    /// <summary>Wrap and unwrap calls being worked on.</summary>
    public int RunningCalls => Volatile.Read(ref _running);

    /// <summary>Wrap and unwrap calls that were admitted and wait for their turn, or whose request is still arriving.</summary>
    public int QueuedCalls => Volatile.Read(ref _queued);

    /// <summary>Open connections of peers that may call.</summary>
    public int Connections => Volatile.Read(ref _connections);

    internal int ChangeRunning(int by) => Interlocked.Add(ref _running, by);

    internal int ChangeQueued(int by) => Interlocked.Add(ref _queued, by);

    internal int ChangeConnections(int by) => Interlocked.Add(ref _connections, by);
}
