namespace Coffer.Attestation.Tests.Protocol.Client;

/// <summary>A clock that a test moves; timers run by the real one.</summary>
internal sealed class TestClock : TimeProvider
{
    private long _seconds = 1;

    public override long TimestampFrequency => 1;

    public void Pass(TimeSpan span) => Interlocked.Add(ref _seconds, (long)span.TotalSeconds);

    public override long GetTimestamp() => Interlocked.Read(ref _seconds);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch; // a wall clock that is decades off
}
