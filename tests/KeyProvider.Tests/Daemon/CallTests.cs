using Coffer.ImageCrypt.KeyWrap.Provider;
using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Tests.Core;
using Coffer.Support;
using Grpc.Core;

namespace Coffer.KeyProvider.Tests.Daemon;

public sealed class CallTests
{
    [Fact]
    public async Task What_was_wrapped_is_unwrapped_and_both_calls_are_told_with_peer_and_key()
    {
        await using var daemon = await TestDaemon.StartAsync(new HeldSource());
        using var client = daemon.Client();

        var packet = KeyProviderAnswer.Read(KeyProviderOperation.KeyWrap, await client.WrapAsync(Ask.WrapRequest("keyid=team-a"))).Payload;
        var options = KeyProviderAnswer.Read(KeyProviderOperation.KeyUnwrap, await client.UnwrapAsync(Ask.UnwrapRequest(packet))).Payload;

        Assert.Equal(Ask.Options, options);
        await Until.TrueAsync(() => daemon.Observer.Calls.Count == 2);
        Assert.Equal(2, daemon.Observer.Started);
        Assert.All(daemon.Observer.Calls, c => Assert.Equal((null, "held", "team-a", Environment.ProcessId), (c.Failure, c.Trace.Source, c.Trace.KeyId, c.Peer.Pid)));
        Assert.Equal([KeyProviderOperation.KeyWrap, KeyProviderOperation.KeyUnwrap], daemon.Observer.Calls.Select(c => c.Trace.Operation!.Value));
        Assert.Equal((0, 0), (daemon.Load.RunningCalls, daemon.Load.QueuedCalls));
    }

    [Theory]
    [InlineData(FailureReason.BadRequest, StatusCode.InvalidArgument)]
    [InlineData(FailureReason.UnknownKey, StatusCode.NotFound)]
    [InlineData(FailureReason.Integrity, StatusCode.DataLoss)]
    [InlineData(FailureReason.Denied, StatusCode.PermissionDenied)]
    [InlineData(FailureReason.Unavailable, StatusCode.Unavailable)]
    [InlineData(FailureReason.Busy, StatusCode.ResourceExhausted)]
    public async Task A_failure_has_its_status_and_names_provider_key_reason_and_hint(FailureReason reason, StatusCode status)
    {
        var source = new HeldSource { Gate = _ => throw new KeyProviderException(reason, "the vault says no", "ask the vault") };
        await using var daemon = await TestDaemon.StartAsync(source);
        using var client = daemon.Client();

        var failure = await DaemonClient.FailureAsync(() => client.UnwrapAsync(Ask.UnwrapRequest(HeldSource.PacketOf("k:///1", Ask.Options))));

        Assert.Equal(status, failure.StatusCode);
        Assert.All(["'coffer'", "k:///1", "the vault says no", "hint: ask the vault"], part => Assert.Contains(part, failure.Detail, StringComparison.Ordinal));
        await Until.TrueAsync(() => daemon.Observer.Calls.Count == 1);
        Assert.Equal(reason, daemon.Observer.Calls.Single().Failure);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("\u0000\u0001")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    [InlineData("""{"op":"keyunwrap","keywrapparams":{},"keyunwrapparams":{"dc":null,"annotation":"!!!"}}""")]
    public async Task Bytes_that_are_no_request_are_an_invalid_argument(string bytes)
    {
        await using var daemon = await TestDaemon.StartAsync(new HeldSource());
        using var client = daemon.Client();

        var failure = await DaemonClient.FailureAsync(() => client.UnwrapAsync(System.Text.Encoding.UTF8.GetBytes(bytes)));

        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
        await Until.TrueAsync(() => daemon.Observer.Calls.Count == 1);
        Assert.Equal(FailureReason.BadRequest, daemon.Observer.Calls.Single().Failure);
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_refused_and_the_connection_goes_on()
    {
        await using var daemon = await TestDaemon.StartAsync(new HeldSource(), new() { Limits = new LimitSettings(MessageBytes: 64 * 1024) });
        using var client = daemon.Client();

        var failure = await DaemonClient.FailureAsync(() => client.WrapAsync(new byte[64 * 1024 + 1]));

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
        Assert.NotEmpty(await client.WrapAsync(Ask.WrapRequest("keyid=a")));
        await Until.TrueAsync(() => daemon.Observer.Calls.Count == 2);
        Assert.Equal([FailureReason.BadRequest, null], daemon.Observer.Calls.Select(c => c.Failure));
    }

    [Fact]
    public async Task A_compressed_request_is_refused_so_that_none_grows_while_it_is_read()
    {
        await using var daemon = await TestDaemon.StartAsync(new HeldSource());
        using var client = daemon.Client();

        var failure = await DaemonClient.FailureAsync(() => client.WrapCompressedAsync(Ask.WrapRequest("keyid=a")));

        Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
    }

    [Fact]
    public async Task A_source_that_does_not_answer_ends_in_a_time_out_that_names_provider_and_key()
    {
        var source = new HeldSource { Gate = token => Task.Delay(Timeout.Infinite, token) };
        await using var daemon = await TestDaemon.StartAsync(source, new() { Core = new KeyProviderOptions { CallTimeout = TimeSpan.FromMilliseconds(300) } });
        using var client = daemon.Client();

        var failure = await DaemonClient.FailureAsync(() => client.UnwrapAsync(Ask.UnwrapRequest(HeldSource.PacketOf("k:///1", Ask.Options))));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        Assert.All(["coffer", "k:///1"], part => Assert.Contains(part, failure.Detail, StringComparison.Ordinal));
        await Until.TrueAsync(() => daemon.Observer.Calls.Count == 1);
        Assert.Equal(FailureReason.Timeout, daemon.Observer.Calls.Single().Failure);
    }

    [Fact]
    public async Task A_call_that_waits_too_long_for_its_turn_is_a_time_out_too()
    {
        var source = new HeldSource { Gate = token => Task.Delay(Timeout.Infinite, token) };
        await using var daemon = await TestDaemon.StartAsync(
            source, new() { Core = new KeyProviderOptions { CallTimeout = TimeSpan.FromSeconds(1) }, Limits = new LimitSettings(ConcurrentCalls: 1) });
        using var client = daemon.Client();

        var calls = Enumerable.Range(0, 8).Select(i => DaemonClient.FailureAsync(() => client.WrapAsync(Ask.WrapRequest($"keyid=k{i}")))).ToList();

        Assert.All(await Task.WhenAll(calls), f => Assert.Equal(StatusCode.DeadlineExceeded, f.StatusCode));
    }

    [Fact]
    public async Task Calls_beyond_the_queue_are_refused_at_once_and_those_in_it_are_answered()
    {
        var release = new TaskCompletionSource();
        var source = new HeldSource { Gate = _ => release.Task };
        await using var daemon = await TestDaemon.StartAsync(source, new() { Limits = new LimitSettings(ConcurrentCalls: 2, QueuedCalls: 3) });
        using var client = daemon.Client();
        var admitted = Enumerable.Range(0, 5).Select(i => client.WrapAsync(Ask.WrapRequest($"keyid=k{i}"))).ToList();
        await Until.TrueAsync(() => (daemon.Load.RunningCalls, daemon.Load.QueuedCalls) == (2, 3));

        var failure = await DaemonClient.FailureAsync(() => client.WrapAsync(Ask.WrapRequest("keyid=late")));

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
        Assert.Contains("busy: 2 calls are worked on and 3 wait", failure.Detail, StringComparison.Ordinal);
        release.SetResult();
        Assert.All(await Task.WhenAll(admitted), Assert.NotEmpty);
        Assert.NotEmpty(await client.WrapAsync(Ask.WrapRequest("keyid=later")));
        await Until.TrueAsync(() => daemon.Observer.Calls.Count == 7);
        Assert.Equal(FailureReason.Busy, Assert.Single(daemon.Observer.Calls, c => c.Failure is not null).Failure);
    }

    [Fact]
    public async Task A_caller_that_goes_away_frees_its_turn()
    {
        var source = new HeldSource { Gate = token => Task.Delay(Timeout.Infinite, token) };
        await using var daemon = await TestDaemon.StartAsync(source, new() { Limits = new LimitSettings(ConcurrentCalls: 1) });
        using var client = daemon.Client();
        using var leaving = new CancellationTokenSource();
        var call = client.WrapAsync(Ask.WrapRequest("keyid=a"), leaving.Token);
        await source.Asked;

        await leaving.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await DaemonClient.FailureAsync(() => call)).StatusCode);
        await Until.TrueAsync(() => daemon.Observer.Calls.Count == 1 && daemon.Load.RunningCalls == 0);
        Assert.Equal(FailureReason.Cancelled, daemon.Observer.Calls.Single().Failure);
        source.Gate = _ => Task.CompletedTask;
        Assert.NotEmpty(await client.WrapAsync(Ask.WrapRequest("keyid=b")));
    }
}
