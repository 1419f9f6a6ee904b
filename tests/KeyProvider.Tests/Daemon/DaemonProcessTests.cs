using System.Net.Sockets;
using Coffer.KeyProvider.Tests.Core;
using Coffer.Support;
using Grpc.Core;
using Grpc.Health.V1;

namespace Coffer.KeyProvider.Tests.Daemon;

/// <summary>The daemon as it is run: in its own process, with real signals and a real key.</summary>
public sealed class DaemonProcessTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    private string SocketPath => _folder.Combine("kp.sock");

    private string[] Flags => field ??= ["--socket", SocketPath, "--local-keys", ServeProcess.MakeKeys(_folder)];

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task It_serves_and_leaves_nothing_behind_when_it_is_told_to_stop(string signal)
    {
        using var daemon = await ServeProcess.StartAsync(Flags);
        using var client = new DaemonClient(SocketPath);
        Assert.NotEmpty(await client.WrapAsync(Ask.WrapRequest("keyid=team-a")));

        await daemon.SignalAsync(signal);

        Assert.Equal(0, await daemon.ExitAsync());
        Assert.False(Path.Exists(SocketPath));
    }

    [Fact]
    public async Task Killed_in_mid_call_its_client_knows_at_once_and_the_next_call_after_a_restart_works()
    {
        using var client = new DaemonClient(SocketPath);
        using var call = new EndlessRequest(SocketPath);
        using (var first = await ServeProcess.StartAsync(Flags))
        {
            Assert.NotEmpty(await client.WrapAsync(Ask.WrapRequest("keyid=team-a")));
            var pending = call.SendAsync();
            using var watch = client.Health.Watch(new HealthCheckRequest());
            Assert.True(await watch.ResponseStream.MoveNext());

            await first.KillAsync();

            await Assert.ThrowsAnyAsync<HttpRequestException>(() => pending.WaitAsync(TestDaemon.Patience));
            await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext());
        }
        Assert.True(Path.Exists(SocketPath)); // stale

        using var second = await ServeProcess.StartAsync(Flags);

        Assert.NotEmpty(await client.WrapAsync(Ask.WrapRequest("keyid=team-a")));
    }

    [Fact]
    public async Task A_second_daemon_on_the_same_socket_fails_and_the_first_goes_on()
    {
        using var first = await ServeProcess.StartAsync(Flags);

        using var second = ServeProcess.Launch(Flags);

        Assert.Equal(1, await second.ExitAsync());
        Assert.Contains($"another daemon listens on {SocketPath}", second.Errors, StringComparison.Ordinal);
        using var client = new DaemonClient(SocketPath);
        Assert.NotEmpty(await client.WrapAsync(Ask.WrapRequest("keyid=team-a")));
    }

    [Fact]
    public async Task A_peer_that_may_not_call_is_refused_whatever_it_asks_and_its_connection_ends()
    {
        using var daemon = await ServeProcess.StartAsync([.. Flags, "--allow-uid", "54321"]);
        // Each on a connection of its own: the daemon hangs up after the first.
        async Task<Status> AskAsync(Func<DaemonClient, Task> call)
        {
            using var client = new DaemonClient(SocketPath);
            return await DaemonClient.FailureAsync(() => call(client));
        }

        var wrap = await AskAsync(client => client.WrapAsync(Ask.WrapRequest("keyid=team-a")));
        var large = await AskAsync(client => client.WrapAsync(new byte[3 * 1024 * 1024]));
        var health = await AskAsync(async client => await client.Health.CheckAsync(new HealthCheckRequest()));

        Assert.All([wrap, health], f => Assert.Equal(StatusCode.PermissionDenied, f.StatusCode));
        // A client that is still sending when the daemon hangs up may not come to read why.
        Assert.Contains(large.StatusCode, new[] { StatusCode.PermissionDenied, StatusCode.Unavailable });
        Assert.Contains($"(pid {Environment.ProcessId}, gid ", wrap.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_user_of_another_account_reads_that_his_uid_may_not_call()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may become another user");
        const UnixFileMode everybody = (UnixFileMode)0x1FF;
        File.SetUnixFileMode(_folder.Path, everybody);
        var image = SmallImage.WriteLayout(_folder.Combine("image"));
        var config = _folder.Write("ocicrypt.json", $$"""{"key-providers":{"coffer":{"grpc":"unix://{{SocketPath}}"} } }""");
        using var daemon = await ServeProcess.StartAsync([.. Flags, "--socket-mode", "0666"]);

        var refused = await Tool.RunAsync(
            Peers.Require("setpriv"),
            ["--reuid", "65534", "--regid", "65534", "--clear-groups", CofferBinary.Require(), "encrypt", "-e", "provider:coffer:keyid=team-a", $"oci:{image}:1", $"oci:{_folder.Combine("enc")}:1"],
            new ToolOptions { Environment = new Dictionary<string, string?> { ["OCICRYPT_KEYPROVIDER_CONFIG"] = config, ["HOME"] = _folder.Path } });

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("uid 65534", refused.Error, StringComparison.Ordinal);
        Assert.Contains("may not call", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed_at_once_and_a_free_one_is_served()
    {
        var config = _folder.Write("keyprovider.json", """{"limits":{"connections":3}}""");
        using var daemon = await ServeProcess.StartAsync([.. Flags, "--config", config]);
        var open = new List<Socket>();
        for (var i = 0; i < 3; i++) open.Add(await ConnectAsync());

        using (var beyond = await ConnectAsync()) await AssertEndsAsync(beyond);

        foreach (var socket in open) socket.Dispose();
        await Until.TrueAsync(async () =>
        {
            using var client = new DaemonClient(SocketPath);
            try
            {
                return (await client.WrapAsync(Ask.WrapRequest("keyid=team-a"))).Length > 0;
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.Internal)
            {
                return false; // the places are not free yet
            }
        });
    }

    [Fact]
    public async Task A_refused_peer_cannot_hold_a_connection_open()
    {
        using var daemon = await ServeProcess.StartAsync([.. Flags, "--allow-uid", "54321"]);
        using var socket = await ConnectAsync();

        await AssertEndsAsync(socket);
    }

    [Fact]
    public async Task A_hang_up_takes_new_keys_in_without_dropping_a_call()
    {
        using var daemon = await ServeProcess.StartAsync(Flags);
        using var enough = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            using var client = new DaemonClient(SocketPath);
            while (!enough.IsCancellationRequested) await client.WrapAsync(Ask.WrapRequest("keyid=team-a"));
        })).ToList();

        for (var i = 0; i < 5; i++)
        {
            ServeProcess.AddKey(Flags[3], $"new-{i}");
            await daemon.SignalAsync("HUP");
            await Until.TrueAsync(() => WrapsAsync($"new-{i}"));
        }
        await enough.CancelAsync();

        await Task.WhenAll(callers);
        Assert.False(daemon.HasExited);
    }

    [Fact]
    public async Task A_second_request_to_stop_ends_it_at_once()
    {
        using var daemon = await ServeProcess.StartAsync(Flags);
        using var call = new EndlessRequest(SocketPath);
        var pending = call.SendAsync();
        await Until.TrueAsync(() => DrainTests.CanConnect(SocketPath));
        using var client = new DaemonClient(SocketPath);
        using var watch = client.Health.Watch(new HealthCheckRequest());
        Assert.True(await watch.ResponseStream.MoveNext());
        await daemon.SignalAsync("TERM");
        Assert.True(await watch.ResponseStream.MoveNext()); // not serving: the drain has begun
        Assert.False(daemon.HasExited);

        await daemon.SignalAsync("TERM");

        Assert.Equal(143, await daemon.ExitAsync());
        await Assert.ThrowsAnyAsync<Exception>(() => pending);
    }

    [Fact]
    public async Task Neither_the_environment_nor_the_working_folder_opens_another_door()
    {
        var port = LoopbackPort.Free();
        _folder.Write("appsettings.json", $$"""{"Kestrel":{"Endpoints":{"x":{"Url":"http://127.0.0.1:{{port}}"} } },"urls":"http://127.0.0.1:{{port}}"}""");
        using var daemon = ServeProcess.Launch(
            CofferBinary.Require(), ["keyprovider", "serve", .. Flags],
            new Dictionary<string, string> { ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}", ["DOTNET_URLS"] = $"http://127.0.0.1:{port}", ["Kestrel__Endpoints__y__Url"] = $"http://127.0.0.1:{port}" },
            _folder.Path);
        await daemon.ReadyAsync();

        using var client = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync("127.0.0.1", port));
    }

    // A whole /etc of its own, whose configuration nobody could start with.
    [Fact]
    public async Task An_installed_configuration_does_not_matter_to_who_brings_his_own_keys()
    {
        Missing.Require(Environment.IsPrivilegedProcess ? "root" : null, "root, who can mount", "run the tests as root");
        const string script = """mount -t tmpfs none /etc && mkdir /etc/coffer && echo '{"listen":1}' > /etc/coffer/keyprovider.json && exec "$@" """;
        async Task<ToolResult> CheckAsync(params string[] flags) => await Tool.RunAsync(
            Peers.Require("unshare"), ["--mount", "/bin/sh", "-c", script, "sh", CofferBinary.Require(), "keyprovider", "serve", "--check", "--socket", SocketPath, .. flags]);

        Assert.Equal("ok\n", (await CheckAsync("--local-keys", Flags[3])).ShouldSucceed().Output);
        Assert.Contains("/etc/coffer/keyprovider.json: listen", (await CheckAsync()).ShouldExit(2).Error, StringComparison.Ordinal);
        Assert.Contains("/etc/coffer/keyprovider.json: listen", (await CheckAsync("--local-keys", Flags[3], "--config", "/etc/coffer/keyprovider.json")).ShouldExit(2).Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));
        return socket;
    }

    private static async Task AssertEndsAsync(Socket socket)
    {
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer).WaitAsync(TestDaemon.Patience) > 0)
            {
                // It may greet before it hangs up.
            }
        }
        catch (SocketException)
        {
            // A reset is an end too.
        }
    }

    private async Task<bool> WrapsAsync(string key)
    {
        using var client = new DaemonClient(SocketPath);
        try
        {
            await client.WrapAsync(Ask.WrapRequest($"keyid={key}"));
            return true;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return false;
        }
    }
}
