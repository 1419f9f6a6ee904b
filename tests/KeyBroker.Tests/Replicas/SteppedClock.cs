namespace Coffer.KeyBroker.Tests.Replicas;

/// <summary>A machine's clocks, of which somebody sets the wall clock; the monotonic one goes on as it did.</summary>
/// <param name="ahead">By how much it is ahead; negative where it is behind.</param>
internal sealed class SteppedClock(TimeSpan ahead) : TimeProvider
{
    private long _ticks = ahead.Ticks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _ticks));

    /// <summary>Sets it: how far ahead of the true time.</summary>
    public void Set(TimeSpan ahead) => Interlocked.Exchange(ref _ticks, ahead.Ticks);
}
