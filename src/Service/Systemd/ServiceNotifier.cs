using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Coffer.Oci;

namespace Coffer.Service.Systemd;

/// <summary>Tells systemd how the service is (sd_notify(3)): datagrams to the socket that NOTIFY_SOCKET names. Without one it tells nobody.</summary>
internal sealed class ServiceNotifier : IDisposable
{
    private readonly Socket? _socket;
    private readonly Action<string> _warn;

    /// <param name="address">A path, or <c>@</c> and a name in the abstract namespace; null for none.</param>
    /// <param name="warn">Told when the socket cannot be reached.</param>
    public ServiceNotifier(string? address, Action<string> warn)
    {
        _warn = warn;
        if (string.IsNullOrEmpty(address)) return;
        if (address[0] is not ('/' or '@'))
        {
            warn($"NOTIFY_SOCKET={Printable.Of(address)} is neither a path nor an abstract name; systemd is not told anything");
            return;
        }
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(address[0] == '@' ? "\0" + address[1..] : address));
            _socket = socket;
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            socket.Dispose();
            warn($"NOTIFY_SOCKET={Printable.Of(address)} cannot be reached: {Printable.Of(e.Message)}");
        }
    }

    /// <summary>True where somebody is told.</summary>
    public bool IsHeard => _socket is not null;

    public void Ready(string status) => Send($"READY=1\nSTATUS={status}");

    public void Status(string status) => Send($"STATUS={status}");

    /// <summary>The configuration is being read again; <see cref="Ready"/> ends it. The time is that of CLOCK_MONOTONIC, as <c>Type=notify-reload</c> wants it.</summary>
    public void Reloading() => Send(string.Create(
        CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000)}"));

    public void Stopping(string status) => Send($"STOPPING=1\nSTATUS={status}");

    public void KeepAlive() => Send("WATCHDOG=1");

    public void Dispose() => _socket?.Dispose();

    private void Send(string state)
    {
        if (_socket is null) return;
        try
        {
            _socket.Send(Encoding.UTF8.GetBytes(state));
        }
        catch (SocketException e)
        {
            _warn($"systemd could not be told: {Printable.Of(e.Message)}");
        }
    }
}
