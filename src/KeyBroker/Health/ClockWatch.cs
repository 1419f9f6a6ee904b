namespace Coffer.KeyBroker.Health;

/// <summary>
/// Tells when the wall clock was set, or the machine slept: it then moved otherwise than the monotonic one. Steps of less than a second are
/// left to those who discipline clocks. One look at a time.
/// </summary>
/// <param name="time">Both clocks.</param>
/// <param name="stepped">Told of each step: how far ahead, or back where it is negative.</param>
internal sealed class ClockWatch(TimeProvider time, Action<TimeSpan> stepped)
{
    private static readonly TimeSpan LeastStep = TimeSpan.FromSeconds(1);

    private DateTimeOffset _wall = time.GetUtcNow();
    private long _stamp = time.GetTimestamp();
    private long _forward, _backward, _lastTicks;

    /// <summary>How often the clock was set ahead.</summary>
    public long Forward => Interlocked.Read(ref _forward);

    /// <summary>How often it was set back.</summary>
    public long Backward => Interlocked.Read(ref _backward);

    /// <summary>The last step; zero where there was none.</summary>
    public TimeSpan LastStep => new(Interlocked.Read(ref _lastTicks));

    /// <summary>Compares both clocks with what they said at the last look.</summary>
    public void Look()
    {
        var (wall, stamp) = (time.GetUtcNow(), time.GetTimestamp());
        var step = wall - _wall - time.GetElapsedTime(_stamp, stamp);
        (_wall, _stamp) = (wall, stamp);
        if (step.Duration() < LeastStep) return;
        Interlocked.Increment(ref step > TimeSpan.Zero ? ref _forward : ref _backward);
        Interlocked.Exchange(ref _lastTicks, step.Ticks);
        stepped(step);
    }
}
