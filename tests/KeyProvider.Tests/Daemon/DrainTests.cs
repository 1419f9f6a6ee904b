using System.Net.Sockets;
using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Tests.Core;
using Coffer.Support;
using Grpc.Core;

namespace Coffer.KeyProvider.Tests.Daemon;

public sealed class DrainTests
{
    [Fact]
    public async Task A_call_under_way_ends_well_while_the_daemon_takes_no_new_ones()
    {
        var release = new TaskCompletionSource();
        var source = new HeldSource { Gate = _ => release.Task };
        await using var daemon = await TestDaemon.StartAsync(source);
        using var client = daemon.Client();
        var call = client.WrapAsync(Ask.WrapRequest("keyid=a"));
        await source.Asked;

        var stop = daemon.Daemon.StopAsync();

        await Until.TrueAsync(() => !CanConnect(daemon.Socket));
        Assert.False(stop.IsCompleted);
        release.SetResult();
        Assert.NotEmpty(await call);
        Assert.Equal(0, await stop.WaitAsync(TestDaemon.Patience));
        Assert.Equal(["draining 1", "stopped 0"], daemon.Observer.Lines.Skip(1));
        await Until.TrueAsync(() => source.IsDisposed || daemon.Load.RunningCalls == 0);
    }

    [Fact]
    public async Task A_call_that_outlasts_the_drain_is_cut_off_and_counted()
    {
        var source = new HeldSource { Gate = token => Task.Delay(Timeout.Infinite, token) };
        await using var daemon = await TestDaemon.StartAsync(source, new() { Limits = new LimitSettings(DrainSeconds: 1) });
        using var client = daemon.Client();
        var call = client.WrapAsync(Ask.WrapRequest("keyid=a"));
        await source.Asked;

        Assert.Equal(1, await daemon.Daemon.StopAsync().WaitAsync(TestDaemon.Patience));

        await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(["draining 1", "stopped 1"], daemon.Observer.Lines.Skip(1));
    }

    [Fact]
    public async Task The_keys_are_given_up_when_the_daemon_ends()
    {
        var source = new HeldSource();
        await using (var daemon = await TestDaemon.StartAsync(source))
        {
            using var client = daemon.Client();
            await client.WrapAsync(Ask.WrapRequest("keyid=a"));
        }

        Assert.True(source.IsDisposed);
    }

    internal static bool CanConnect(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
