namespace Coffer.KeyProvider.Daemon.Calls;

/// <summary>One wrap or unwrap call from its arrival to its end; a feature of its request.</summary>
internal sealed class KeyCall(CallPeer peer, TimeSpan limit, DaemonLoad load, TimeProvider time) : IDisposable
{
    private readonly long _arrived = time.GetTimestamp();
    private bool _queued;

    public CallTrace Trace { get; } = new();

    public CallPeer Peer => peer;

    /// <summary>Longest time from arrival to answer.</summary>
    public TimeSpan Limit => limit;

    /// <summary>Cancelled when that time is over.</summary>
    public CancellationTokenSource Deadline { get; } = new(limit, time);

    /// <summary>True once the request is there and the call's own code answers also for the time.</summary>
    public bool IsReceived { get; set; }

    public FailureReason? Failure { get; private set; }

    public string? Message { get; private set; }

    public Exception? Fault { get; private set; }

    /// <summary>Counts it among those that wait, until <see cref="EndQueue"/>.</summary>
    public void Queue()
    {
        _queued = true;
        load.ChangeQueued(1);
    }

    public void EndQueue()
    {
        if (!_queued) return;
        _queued = false;
        load.ChangeQueued(-1);
    }

    public void Fail(FailureReason reason, string message, Exception? fault = null) => (Failure, Message, Fault) = (reason, message, fault);

    public FinishedCall Finish() => new(Trace, Peer, time.GetElapsedTime(_arrived), Failure, Message, Fault);

    public void Dispose() => Deadline.Dispose();
}
