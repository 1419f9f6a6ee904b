using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Tests.Core;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.KeyProvider.Tests.Daemon;

public sealed class ReloadTests
{
    [Fact]
    public async Task The_old_keys_serve_the_calls_that_began_with_them_and_are_then_given_up()
    {
        var release = new TaskCompletionSource();
        var old = new HeldSource("old") { Gate = _ => release.Task };
        var now = new HeldSource("now");
        await using var daemon = await TestDaemon.StartAsync(old, reload: Yielding(() => new KeyProviderSettings(), now));
        using var client = daemon.Client();
        var early = client.WrapAsync(Ask.WrapRequest("keyid=a"));
        await old.Asked;

        Assert.True(await daemon.Daemon.ReloadAsync(CancellationToken.None));

        Assert.NotEmpty(await client.WrapAsync(Ask.WrapRequest("keyid=b")));
        Assert.False(old.IsDisposed);
        release.SetResult();
        Assert.NotEmpty(await early);
        await Until.TrueAsync(() => old.IsDisposed);
        Assert.False(now.IsDisposed);
        await Until.TrueAsync(() => daemon.Observer.Calls.Count == 2);
        Assert.Equal(["now", "old"], daemon.Observer.Calls.Select(c => c.Trace.Source!));
        Assert.Contains(daemon.Observer.Lines, l => l.StartsWith("reloaded", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_configuration_that_cannot_be_used_leaves_the_old_one_in_use_and_all_problems_are_told()
    {
        var old = new HeldSource("old");
        await using var daemon = await TestDaemon.StartAsync(old, reload: _ => throw new ConfigException("kp.json", ["listen.mode: is odd", "sources: is missing"]));
        using var client = daemon.Client();

        Assert.False(await daemon.Daemon.ReloadAsync(CancellationToken.None));

        Assert.NotEmpty(await client.WrapAsync(Ask.WrapRequest("keyid=b")));
        Assert.Contains("reload failed kp.json cannot be used: 2 problems; listen.mode: is odd; sources: is missing", daemon.Observer.Lines);
    }

    [Fact]
    public async Task A_fault_while_reading_leaves_the_old_one_in_use()
    {
        await using var daemon = await TestDaemon.StartAsync(new HeldSource("old"), reload: _ => throw new InvalidOperationException("oh"));
        using var client = daemon.Client();

        Assert.False(await daemon.Daemon.ReloadAsync(CancellationToken.None));

        Assert.NotEmpty(await client.WrapAsync(Ask.WrapRequest("keyid=b")));
        Assert.Contains(daemon.Observer.Lines, l => l.StartsWith("reload failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_takes_effect_only_after_a_restart_is_told()
    {
        await using var daemon = await TestDaemon.StartAsync(
            new HeldSource(), reload: Yielding(() => new KeyProviderSettings { Limits = new LimitSettings(ConcurrentCalls: 7), Listen = new ListenSettings("/else/where.sock") }, new HeldSource()));

        await daemon.Daemon.ReloadAsync(CancellationToken.None);

        var line = Assert.Single(daemon.Observer.Lines, l => l.StartsWith("reloaded", StringComparison.Ordinal));
        Assert.Contains("listen.socket", line, StringComparison.Ordinal);
        Assert.Contains("limits.concurrentCalls", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_call_is_dropped_while_keys_are_replaced_again_and_again()
    {
        var cores = 0;
        await using var daemon = await TestDaemon.StartAsync(new HeldSource(), reload: _ =>
        {
            Interlocked.Increment(ref cores);
            var settings = new KeyProviderSettings();
            return Task.FromResult((settings, new KeyProviderCore(settings.Core, [new HeldSource()])));
        });
        using var enough = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(n => Task.Run(async () =>
        {
            using var client = daemon.Client();
            var done = 0;
            for (; !enough.IsCancellationRequested || done == 0; done++) await client.WrapAsync(Ask.WrapRequest($"keyid=k{n}"));
            return done;
        })).ToList();

        for (var i = 0; i < 50; i++) Assert.True(await daemon.Daemon.ReloadAsync(CancellationToken.None));
        await enough.CancelAsync();

        Assert.All(await Task.WhenAll(callers), done => Assert.True(done > 0));
        Assert.Equal(50, cores);
        await Until.TrueAsync(() => daemon.Observer.Calls.Count == daemon.Observer.Started);
        Assert.DoesNotContain(daemon.Observer.Calls, c => c.Failure is not null);
    }

    private static Func<CancellationToken, Task<(KeyProviderSettings, KeyProviderCore)>> Yielding(Func<KeyProviderSettings> settings, HeldSource source) =>
        _ => Task.FromResult((settings(), new KeyProviderCore(settings().Core, [source])));
}
