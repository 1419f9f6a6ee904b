using System.Net.Sockets;
using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Tests.Core;
using Coffer.Oci;
using Coffer.Service.Sockets;
using Coffer.Support;

namespace Coffer.KeyProvider.Tests.Daemon;

public sealed class SocketTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TempDirectory _folder = new();

    private string Socket => _folder.Combine("kp.sock");

    [Fact]
    public void The_socket_has_its_mode_before_it_listens_and_its_folder_is_made()
    {
        var path = _folder.Combine("run", "coffer", "kp.sock");

        var (place, socket) = UnixSocketPlace.Take(path, OwnerOnly, group: null);

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(path));
        Assert.False(DrainTests.CanConnect(path));
        socket.Listen();
        Assert.True(DrainTests.CanConnect(path));
        place.Dispose();
        socket.Dispose();
        Assert.Empty(Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public async Task The_socket_belongs_to_the_group_configured()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may give a socket to any group");

        var (place, socket) = UnixSocketPlace.Take(Socket, OwnerOnly, group: "daemon");

        var stat = await Tool.RunAsync("stat", "-c", "%G %a", Socket);
        place.Dispose();
        socket.Dispose();
        Assert.Equal("daemon 600\n", stat.Output);
    }

    [Fact]
    public void A_group_that_is_not_there_is_named()
    {
        var failure = Assert.Throws<CofferException>(() => UnixSocketPlace.Take(Socket, OwnerOnly, "no-such-group-here"));

        Assert.Contains("no-such-group-here", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Socket));
    }

    [Fact]
    public void A_path_too_long_for_a_socket_is_told() => Assert.Contains(
        "107 bytes", Assert.Throws<CofferException>(() => UnixSocketPlace.Take(_folder.Combine(new string('x', 108)), OwnerOnly, null)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("file")]
    [InlineData("folder")]
    [InlineData("link")]
    public void What_is_no_socket_is_never_removed(string what)
    {
        var content = _folder.Write("precious", "content");
        if (what == "file") File.Move(content, Socket);
        else if (what == "folder") Directory.CreateDirectory(Socket);
        else File.CreateSymbolicLink(Socket, content);

        var failure = Assert.Throws<CofferException>(() => UnixSocketPlace.Take(Socket, OwnerOnly, null));

        Assert.Contains("is not a socket", failure.Message, StringComparison.Ordinal);
        Assert.True(Path.Exists(Socket));
        if (what != "folder") Assert.Equal("content", File.ReadAllText(Socket));
    }

    [Fact]
    public void A_socket_at_which_nobody_answers_is_taken_over()
    {
        LeaveStale();
        Assert.True(Path.Exists(Socket));

        var (place, socket) = UnixSocketPlace.Take(Socket, OwnerOnly, null);

        socket.Listen();
        Assert.True(DrainTests.CanConnect(Socket));
        place.Dispose();
        socket.Dispose();
    }

    [Fact]
    public void A_socket_at_which_somebody_answers_is_left_alone_even_if_his_queue_is_full()
    {
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(Socket));
        other.Listen(1);

        for (var i = 0; i < 4; i++)
        {
            var failure = Assert.Throws<CofferException>(() => UnixSocketPlace.Take(Socket, OwnerOnly, null));
            Assert.Equal(($"another daemon listens on {Socket}", ExitStatus.Failed), (failure.Message, failure.ExitStatus));
        }
        Assert.True(Path.Exists(Socket));
        Assert.False(Path.Exists(Socket + ".lock"));
    }

    [Fact]
    public async Task Of_many_that_start_at_once_exactly_one_gets_the_path()
    {
        for (var round = 0; round < 10; round++)
        {
            LeaveStale();
            using var start = new ManualResetEventSlim();
            var attempts = Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            {
                start.Wait();
                try
                {
                    return UnixSocketPlace.Take(Socket, OwnerOnly, null);
                }
                catch (CofferException e) when (e.Message.StartsWith("another daemon", StringComparison.Ordinal))
                {
                    return default((UnixSocketPlace Place, Socket Socket)?);
                }
            })).ToList();
            start.Set();
            var winners = (await Task.WhenAll(attempts)).Where(a => a is not null).ToList();

            var (place, socket) = Assert.Single(winners)!.Value;
            socket.Listen();
            Assert.True(DrainTests.CanConnect(Socket));
            place.Dispose();
            socket.Dispose();
        }
    }

    [Fact]
    public async Task A_daemon_that_stops_leaves_another_ones_socket_in_place()
    {
        var daemon = await TestDaemon.StartAsync(new HeldSource());
        File.Delete(daemon.Socket);
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(daemon.Socket));
        other.Listen();

        await daemon.Daemon.DisposeAsync();

        Assert.True(DrainTests.CanConnect(daemon.Socket));
        await daemon.DisposeAsync();
    }

    [Fact]
    public async Task A_daemon_that_stops_removes_its_own()
    {
        await using var daemon = await TestDaemon.StartAsync(new HeldSource());
        Assert.True(Path.Exists(daemon.Socket));

        await daemon.Daemon.DisposeAsync();

        Assert.False(Path.Exists(daemon.Socket));
        Assert.False(Path.Exists(daemon.Socket + ".lock"));
    }

    public void Dispose() => _folder.Dispose();

    // As after SIGKILL: bound, and closed without a word. The socket's own object would remove the path.
    private void LeaveStale()
    {
        using var socket = SystemCalls.OpenUnixSocket();
        var address = new UnixDomainSocketEndPoint(Socket).Serialize();
        Assert.Equal(0, SystemCalls.Bind(socket, address.Buffer.Span[..address.Size]));
    }
}
