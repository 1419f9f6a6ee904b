using Coffer.ImageCrypt.KeyWrap.Provider;
using Coffer.Support;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.KeyProvider.Tests.Core;

public sealed class PatienceTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly KeyProviderOptions _options = new() { CallTimeout = TimeSpan.FromSeconds(5) };

    [Fact]
    public async Task A_source_that_hears_its_token_is_cancelled_when_time_is_over()
    {
        var source = new HeldSource { Gate = token => Task.Delay(Timeout.Infinite, token) };
        await using var core = new KeyProviderCore(_options, [source], _clock);
        var trace = new CallTrace();
        var call = Ask.FailureAsync(() => core.UnwrapAsync(HeldSource.PacketOf("k:///1", Ask.Options), trace));
        await source.Asked;

        _clock.Advance(TimeSpan.FromSeconds(6));

        var failure = await call;
        Assert.Equal((FailureReason.Timeout, Oci.ExitStatus.Unreachable), (failure.Reason, failure.ExitStatus));
        Assert.Equal("provider 'coffer', key k:///1: key source 'held' did not answer within 5 s", failure.Message);
        Assert.Equal((KeyProviderOperation.KeyUnwrap, "held", "k:///1"), (trace.Operation, trace.Source, trace.KeyId));
    }

    [Fact]
    public async Task A_source_that_blocks_its_thread_is_left_behind_and_what_it_unwraps_too_late_is_zeroed()
    {
        using var blocked = new ManualResetEventSlim();
        var source = new HeldSource
        {
            Gate = _ =>
            {
                blocked.Wait(TestContext.Current.CancellationToken);
                return Task.CompletedTask;
            },
        };
        var core = new KeyProviderCore(_options, [source], _clock);
        var call = Ask.FailureAsync(() => core.UnwrapAsync(HeldSource.PacketOf("k:///1", Ask.Options)));
        await source.Asked;
        _clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(FailureReason.Timeout, (await call).Reason);

        await core.DisposeAsync();
        Assert.False(source.IsDisposed); // its call has not come back

        blocked.Set();
        await Until.TrueAsync(() => source.IsDisposed);
        Assert.Equal(new byte[Ask.Options.Length], source.HandedOut!);
    }

    [Fact]
    public async Task No_more_calls_are_begun_at_a_source_that_hangs()
    {
        var never = new TaskCompletionSource();
        var source = new HeldSource { Gate = _ => never.Task };
        await using var core = new KeyProviderCore(_options, [source], _clock);
        for (var i = 0; i < 64; i++)
        {
            using var caller = new CancellationTokenSource();
            var call = Ask.FailureAsync(() => core.UnwrapAsync(HeldSource.PacketOf($"k:///{i}", Ask.Options), cancellationToken: caller.Token));
            await Until.TrueAsync(() => source.Unwraps == i + 1);
            await caller.CancelAsync();
            Assert.Equal(FailureReason.Cancelled, (await call).Reason);
        }

        // Each flight ends in its own time after its last caller.
        await Until.TrueAsync(async () => await ReasonAsync(core) == FailureReason.Unavailable);
        never.SetResult();
        await Until.TrueAsync(async () => await ReasonAsync(core) is null);
    }

    private static async Task<FailureReason?> ReasonAsync(KeyProviderCore core)
    {
        using var caller = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        try
        {
            await core.UnwrapAsync(HeldSource.PacketOf("k:///x", Ask.Options), cancellationToken: caller.Token);
            return null;
        }
        catch (KeyProviderException e)
        {
            return e.Reason;
        }
    }

    [Fact]
    public async Task A_wrap_is_bounded_too()
    {
        var source = new HeldSource { Gate = token => Task.Delay(Timeout.Infinite, token) };
        await using var core = new KeyProviderCore(_options, [source], _clock);
        var call = Ask.FailureAsync(() => core.WrapAsync("keyid=mine"));
        await source.Asked;

        _clock.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal("provider 'coffer', key mine: key source 'held' did not answer within 5 s", (await call).Message);
    }

    [Fact]
    public async Task A_caller_that_goes_away_is_told_so()
    {
        var source = new HeldSource { Gate = token => Task.Delay(Timeout.Infinite, token) };
        await using var core = new KeyProviderCore(_options, [source], _clock);
        using var caller = new CancellationTokenSource();
        var call = Ask.FailureAsync(() => core.AnswerAsync(Ask.WrapRequest(), new CallTrace(), caller.Token));
        await source.Asked;

        await caller.CancelAsync();

        Assert.Equal(FailureReason.Cancelled, (await call).Reason);
    }
}
