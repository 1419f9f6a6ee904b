using System.Net.Sockets;
using System.Text;

namespace Coffer.Support;

/// <summary>Stands where systemd's notification socket stands, and hears what the service says.</summary>
public sealed class NotifySocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    /// <param name="address">As in NOTIFY_SOCKET: a path, or <c>@</c> and an abstract name.</param>
    public NotifySocket(string address)
    {
        Address = address;
        _socket.Bind(new UnixDomainSocketEndPoint(address[0] == '@' ? "\0" + address[1..] : address));
    }

    public string Address { get; }

    /// <summary>The next message that holds the assignment, as lines; others are passed over.</summary>
    public async Task<string[]> HearAsync(string assignment)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var buffer = new byte[4096];
        while (true)
        {
            var length = await _socket.ReceiveAsync(buffer, patience.Token);
            var lines = Encoding.UTF8.GetString(buffer, 0, length).Split('\n');
            if (lines.Contains(assignment)) return lines;
        }
    }

    public void Dispose() => _socket.Dispose();
}
