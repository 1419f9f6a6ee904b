using Coffer.Support;

namespace Coffer.KeyProvider.Tests.Core;

public sealed class SharedFlightTests
{
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _packet = HeldSource.PacketOf("k:///1", Ask.Options);

    [Fact]
    public async Task Identical_unwraps_ask_the_source_once_and_each_gets_the_answer()
    {
        var source = new HeldSource { Gate = _ => _gate.Task };
        await using var core = new KeyProviderCore(new(), [source]);
        var traces = Enumerable.Range(0, 10).Select(_ => new CallTrace()).ToList();
        var calls = traces.Select(t => core.UnwrapAsync(_packet, t)).ToList();
        await source.Asked;

        _gate.SetResult();

        Assert.All(await Task.WhenAll(calls), options => Assert.Equal(Ask.Options, options));
        Assert.Equal(1, source.Unwraps);
        Assert.Equal([AnswerOrigin.Source, .. Enumerable.Repeat(AnswerOrigin.SharedFlight, 9)], traces.Select(t => t.Origin).Order());
        Assert.All(traces, t => Assert.Equal("held", t.Source));
        Assert.Equal(new byte[Ask.Options.Length], source.HandedOut!); // zeroed when the last one had it
    }

    [Fact]
    public async Task Packets_that_differ_in_a_byte_do_not_share()
    {
        var source = new HeldSource { Gate = _ => _gate.Task };
        await using var core = new KeyProviderCore(new(), [source]);
        var calls = new[] { core.UnwrapAsync(_packet), core.UnwrapAsync(HeldSource.PacketOf("k:///1", Ask.Options)) };
        await Until.TrueAsync(() => source.Unwraps == 2);

        _gate.SetResult();

        Assert.All(await Task.WhenAll(calls), options => Assert.Equal(Ask.Options, options));
    }

    [Fact]
    public async Task One_that_goes_away_does_not_disturb_the_others()
    {
        var source = new HeldSource { Gate = token => _gate.Task.WaitAsync(token) };
        await using var core = new KeyProviderCore(new(), [source]);
        using var leaving = new CancellationTokenSource();
        var first = Ask.FailureAsync(() => core.UnwrapAsync(_packet, cancellationToken: leaving.Token));
        await source.Asked;
        var second = core.UnwrapAsync(_packet);

        await leaving.CancelAsync();
        Assert.Equal(FailureReason.Cancelled, (await first).Reason);
        _gate.SetResult();

        Assert.Equal(Ask.Options, await second);
        Assert.Equal(1, source.Unwraps);
    }

    [Fact]
    public async Task The_last_one_gone_cancels_the_flight()
    {
        var cancelled = new TaskCompletionSource();
        var source = new HeldSource
        {
            Gate = async token =>
            {
                try
                {
                    await _gate.Task.WaitAsync(token);
                }
                catch (OperationCanceledException)
                {
                    cancelled.SetResult();
                    throw;
                }
            },
        };
        await using var core = new KeyProviderCore(new(), [source]);
        using var leaving = new CancellationTokenSource();
        var calls = Enumerable.Range(0, 3).Select(_ => Ask.FailureAsync(() => core.UnwrapAsync(_packet, cancellationToken: leaving.Token))).ToList();
        await source.Asked;

        await leaving.CancelAsync();

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.All(await Task.WhenAll(calls), f => Assert.Equal(FailureReason.Cancelled, f.Reason));
        source.Gate = _ => Task.CompletedTask;
        Assert.Equal(Ask.Options, await core.UnwrapAsync(_packet));
        Assert.Equal(2, source.Unwraps);
    }

    [Fact]
    public async Task A_failure_is_told_to_all_who_wait_and_not_remembered()
    {
        var source = new HeldSource { Gate = _ => _gate.Task };
        await using var core = new KeyProviderCore(new() { CacheLifetime = TimeSpan.FromMinutes(1) }, [source]);
        var calls = Enumerable.Range(0, 3).Select(_ => Ask.FailureAsync(() => core.UnwrapAsync(_packet))).ToList();
        await source.Asked;

        _gate.SetException(new KeyProviderException(FailureReason.Unavailable, "the line is dead"));

        Assert.All(await Task.WhenAll(calls), f => Assert.Equal(FailureReason.Unavailable, f.Reason));
        source.Gate = _ => Task.CompletedTask;
        Assert.Equal(Ask.Options, await core.UnwrapAsync(_packet));
    }

    [Fact]
    public async Task Wraps_are_never_shared()
    {
        await using var core = new KeyProviderCore(new(), [new HeldSource()]);

        Assert.NotEqual(await core.WrapAsync(), await core.WrapAsync());
    }

    [Fact]
    public async Task Under_a_storm_of_calls_that_come_and_go_every_answer_is_right()
    {
        var source = new HeldSource { Gate = async _ => await Task.Yield() };
        await using var core = new KeyProviderCore(new(), [source]);
        var packets = Enumerable.Range(0, 4).Select(i => (Packet: HeldSource.PacketOf($"k:///{i}", [.. Ask.Options, (byte)i]), Options: (byte[])[.. Ask.Options, (byte)i])).ToList();

        await Parallel.ForAsync(0, 4000, TestContext.Current.CancellationToken, async (i, _) =>
        {
            using var leaving = new CancellationTokenSource();
            if (i % 5 == 0) await leaving.CancelAsync();
            var call = core.UnwrapAsync(packets[i % 4].Packet, cancellationToken: leaving.Token);
            if (i % 5 == 1) await leaving.CancelAsync();
            try
            {
                Assert.Equal(packets[i % 4].Options, await call);
            }
            catch (KeyProviderException e) when (e.Reason == FailureReason.Cancelled && i % 5 < 2)
            {
            }
        });
    }
}
