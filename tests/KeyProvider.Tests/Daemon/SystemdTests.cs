using System.Diagnostics;
using System.Globalization;
using Coffer.KeyProvider.Tests.Core;
using Coffer.Support;

namespace Coffer.KeyProvider.Tests.Daemon;

public sealed class SystemdTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    private string Socket => _folder.Combine("kp.sock");

    [Fact]
    public async Task A_socket_that_systemd_hands_over_wins_over_the_configured_one_and_stays_after_the_stop()
    {
        var unused = _folder.Combine("unused.sock");
        var listens = _folder.Combine("active.sock");
        using var daemon = ServeProcess.Launch(
            Peers.Require("systemd-socket-activate"), ["--listen", listens, CofferBinary.Require(), "keyprovider", "serve", "--socket", unused, "--local-keys", ServeProcess.MakeKeys(_folder)]);
        await Until.TrueAsync(() => Path.Exists(listens));
        using var client = new DaemonClient(listens);

        Assert.NotEmpty(await client.WrapAsync(Ask.WrapRequest("keyid=team-a"))); // the first connection starts it

        await daemon.ReadyAsync();
        Assert.False(Path.Exists(unused));
        await daemon.SignalAsync("TERM");
        Assert.Equal(0, await daemon.ExitAsync());
        Assert.True(Path.Exists(listens));
    }

    [Fact]
    public async Task A_tcp_socket_handed_over_without_certificates_is_refused()
    {
        var port = LoopbackPort.Free().ToString(CultureInfo.InvariantCulture);
        using var daemon = ServeProcess.Launch(
            Peers.Require("systemd-socket-activate"), ["--listen", $"127.0.0.1:{port}", CofferBinary.Require(), "keyprovider", "serve", "--local-keys", ServeProcess.MakeKeys(_folder)]);
        await Until.TrueAsync(async () =>
        {
            if (daemon.HasExited) return true;
            try
            {
                using var client = new System.Net.Sockets.TcpClient();
                await client.ConnectAsync("127.0.0.1", int.Parse(port, CultureInfo.InvariantCulture));
            }
            catch (System.Net.Sockets.SocketException)
            {
                // Not yet, or already gone.
            }
            return false;
        });

        Assert.Equal(1, await daemon.ExitAsync());
        Assert.Contains("TCP needs certificates", daemon.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_tells_systemd_that_it_is_ready_alive_reloading_and_stopping(bool isAbstract)
    {
        using var notify = new NotifySocket(isAbstract ? $"@coffer-test-{Guid.NewGuid():N}" : _folder.Combine("notify"));
        using var daemon = ServeProcess.Launch(
            CofferBinary.Require(), ["keyprovider", "serve", "--socket", Socket, "--local-keys", ServeProcess.MakeKeys(_folder)],
            new Dictionary<string, string> { ["NOTIFY_SOCKET"] = notify.Address, ["WATCHDOG_USEC"] = "4000000" });

        Assert.Contains($"STATUS=serving on {Socket}", await notify.HearAsync("READY=1"));
        await notify.HearAsync("WATCHDOG=1");
        await notify.HearAsync("WATCHDOG=1");

        var before = Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000);
        await daemon.SignalAsync("HUP");
        var reloading = await notify.HearAsync("RELOADING=1");
        var at = long.Parse(reloading.Single(l => l.StartsWith("MONOTONIC_USEC=", StringComparison.Ordinal))["MONOTONIC_USEC=".Length..], CultureInfo.InvariantCulture);
        Assert.InRange(at, before, Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000));
        await notify.HearAsync("READY=1");

        await daemon.SignalAsync("TERM");
        await notify.HearAsync("STOPPING=1");
        Assert.Equal(0, await daemon.ExitAsync());
    }

    [Fact]
    public async Task A_reload_that_fails_is_said_in_the_status()
    {
        var keys = ServeProcess.MakeKeys(_folder);
        using var notify = new NotifySocket(_folder.Combine("notify"));
        using var daemon = ServeProcess.Launch(
            CofferBinary.Require(), ["keyprovider", "serve", "--socket", Socket, "--local-keys", keys], new Dictionary<string, string> { ["NOTIFY_SOCKET"] = notify.Address });
        await notify.HearAsync("READY=1");
        ServeProcess.AddKey(keys, "open");
        File.SetUnixFileMode(Path.Combine(keys, "open.1.key"), UnixFileMode.UserRead | UnixFileMode.OtherRead);

        await daemon.SignalAsync("HUP");

        Assert.Contains((await notify.HearAsync("READY=1")), l => l.Contains("the last reload failed", StringComparison.Ordinal));
        using var client = new DaemonClient(Socket);
        Assert.NotEmpty(await client.WrapAsync(Ask.WrapRequest("keyid=team-a")));
    }

    public void Dispose() => _folder.Dispose();
}
