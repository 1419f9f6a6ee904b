using Coffer.KeyProvider.Calls;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.KeyProvider.Tests.Core;

public sealed class CacheTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly HeldSource _source = new();
    private readonly byte[] _packet = HeldSource.PacketOf("k:///1", Ask.Options);

    [Fact]
    public async Task Nothing_is_kept_unless_configured()
    {
        await using var core = new KeyProviderCore(new(), [_source], _clock);

        await core.UnwrapAsync(_packet);
        await core.UnwrapAsync(_packet);

        Assert.Equal(2, _source.Unwraps);
    }

    [Fact]
    public async Task What_is_kept_answers_until_its_time_is_over()
    {
        await using var core = new KeyProviderCore(new() { CacheLifetime = TimeSpan.FromSeconds(10) }, [_source], _clock);
        var trace = new CallTrace();
        await core.UnwrapAsync(_packet);

        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(Ask.Options, await core.UnwrapAsync(_packet, trace));
        Assert.Equal((1, AnswerOrigin.Cache, "held", "k:///1"), (_source.Unwraps, trace.Origin, trace.Source, trace.KeyId));

        _clock.Advance(TimeSpan.FromSeconds(2));
        await core.UnwrapAsync(_packet);
        Assert.Equal(2, _source.Unwraps);
    }

    [Fact]
    public void The_timer_drops_what_nobody_asks_for()
    {
        using var cache = new UnwrapCache(TimeSpan.FromSeconds(10), 8, _clock);
        cache.Keep(Digest(1), Ask.Options, "a");
        _clock.Advance(TimeSpan.FromSeconds(6));
        cache.Keep(Digest(2), Ask.Options, "a");

        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, cache.Count);

        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(0, cache.Count);

        cache.Keep(Digest(3), Ask.Options, "a"); // the timer starts again
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void The_oldest_makes_place()
    {
        using var cache = new UnwrapCache(TimeSpan.FromSeconds(10), 2, _clock);
        foreach (var i in (byte[])[1, 2, 3]) cache.Keep(Digest(i), [i], "a");

        Assert.Null(cache.Find(Digest(1)));
        Assert.Equal([2], cache.Find(Digest(2))!.Value.Options);
        Assert.Equal([3], cache.Find(Digest(3))!.Value.Options);
    }

    [Fact]
    public void Each_finder_gets_a_copy_of_its_own()
    {
        using var cache = new UnwrapCache(TimeSpan.FromSeconds(10), 2, _clock);
        cache.Keep(Digest(1), [7, 7], "a");

        Array.Clear(cache.Find(Digest(1))!.Value.Options);

        Assert.Equal([7, 7], cache.Find(Digest(1))!.Value.Options);
    }

    [Fact]
    public void Disposal_empties_it_and_keeps_nothing_more()
    {
        var cache = new UnwrapCache(TimeSpan.FromSeconds(10), 2, _clock);
        cache.Keep(Digest(1), [1], "a");

        cache.Dispose();
        cache.Keep(Digest(2), [2], "a");

        Assert.Equal(0, cache.Count);
        Assert.Null(cache.Find(Digest(1)));
    }

    private static PacketDigest Digest(byte of) => PacketDigest.Of([of]);

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
