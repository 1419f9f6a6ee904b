using Microsoft.Extensions.Time.Testing;

namespace Coffer.KeyBroker.Tests;

/// <summary>A clock that stands still unless it is told to go on, and whose wall time can be set while timestamps go on from where they were.</summary>
public sealed class SettableClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private TimeSpan _set;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _set;

    // The base's follows the wall time.
    public override long GetTimestamp() => base.GetUtcNow().UtcTicks;

    /// <summary>Somebody sets the wall clock: by so much ahead, or back where it is negative.</summary>
    public void Set(TimeSpan by) => _set += by;
}
