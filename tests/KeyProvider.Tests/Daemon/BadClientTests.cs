using System.Net.Sockets;
using System.Text;
using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Tests.Core;
using Coffer.Support;
using CsCheck;

namespace Coffer.KeyProvider.Tests.Daemon;

public sealed class BadClientTests
{
    public static TheoryData<string> Greetings =>
    [
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u007f\u007f\u007f\u0001\u0004\u0000\u0000\u0000\u0001garbage garbage garbage",
        "\u0016\u0003\u0001 a handshake of TLS",
        "\u0000",
    ];

    [Theory]
    [MemberData(nameof(Greetings))]
    public async Task Garbage_ends_its_own_connection_and_hurts_nobody(string greeting)
    {
        await using var daemon = await TestDaemon.StartAsync(new HeldSource());
        using var client = daemon.Client();
        await client.WrapAsync(Ask.WrapRequest("keyid=a"));

        using (var garbage = await SayAsync(daemon.Socket, Encoding.Latin1.GetBytes(greeting)))
        {
            garbage.Shutdown(SocketShutdown.Send);
            await ReadToEndAsync(garbage);
        }

        Assert.NotEmpty(await client.WrapAsync(Ask.WrapRequest("keyid=b")));
        await Until.TrueAsync(() => daemon.Load.Connections == 1);
    }

    [Fact]
    public async Task Random_bytes_hurt_nobody()
    {
        await using var daemon = await TestDaemon.StartAsync(new HeldSource());
        using var client = daemon.Client();

        await Gen.Byte.Array[0, 400].SampleAsync(async bytes =>
        {
            using var garbage = await SayAsync(daemon.Socket, [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. bytes]);
            garbage.Shutdown(SocketShutdown.Send);
            await ReadToEndAsync(garbage);
        }, iter: 100, threads: 1);

        Assert.NotEmpty(await client.WrapAsync(Ask.WrapRequest("keyid=b")));
    }

    [Fact]
    public async Task A_request_that_never_ends_is_ended_and_meanwhile_others_are_served()
    {
        await using var daemon = await TestDaemon.StartAsync(new HeldSource(), new() { Core = new KeyProviderOptions { CallTimeout = TimeSpan.FromSeconds(1) } });
        using var client = daemon.Client();
        using var slow = new EndlessRequest(daemon.Socket);
        var call = slow.SendAsync();
        await Until.TrueAsync(() => daemon.Load.QueuedCalls == 1);

        Assert.NotEmpty(await client.WrapAsync(Ask.WrapRequest("keyid=b")));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => call.WaitAsync(TestDaemon.Patience));
        await Until.TrueAsync(() => daemon.Observer.Calls.Count == 2);
        Assert.Contains(daemon.Observer.Calls, c => c.Failure == FailureReason.Timeout);
        Assert.Equal(0, daemon.Load.QueuedCalls);
    }

    private static async Task<Socket> SayAsync(string path, byte[] bytes)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await socket.SendAsync(bytes);
        return socket;
    }

    private static async Task ReadToEndAsync(Socket socket)
    {
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer).WaitAsync(TestDaemon.Patience) > 0)
            {
                // Whatever it says: what counts is that it hangs up.
            }
        }
        catch (SocketException)
        {
            // A reset is an end too.
        }
    }
}
