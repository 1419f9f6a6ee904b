namespace Coffer.Attestation.Protocol.Client;

/// <summary>A session that several callers use: its key is given up when the cache has let go of it and the last caller is done.</summary>
internal sealed class SessionLease(RcarSession session, long obtained, TimeSpan lifetime)
{
    private int _users = 1; // the cache itself

    public RcarSession Session { get; } = session;

    /// <summary>Whether the token has more than that long to live, by the monotonic clock: wall clocks of two machines may differ.</summary>
    public bool LivesLonger(TimeSpan margin, TimeProvider time) => time.GetElapsedTime(obtained) + margin < lifetime;

    public void Enter() => Interlocked.Increment(ref _users);

    public void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0) Session.Dispose();
    }
}
