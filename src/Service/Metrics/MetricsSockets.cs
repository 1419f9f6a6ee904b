using System.Net.Sockets;
using Coffer.Oci;
using Coffer.Service.Sockets;

namespace Coffer.Service.Metrics;

/// <summary>What metrics are shown on: a loopback address, and a Unix socket that its owner alone can connect to.</summary>
internal sealed class MetricsSockets : IDisposable
{
    private readonly List<Socket> _sockets = [];
    private UnixSocketPlace? _place;

    /// <summary>Bound; the web server lets them listen.</summary>
    public IReadOnlyList<Socket> All => _sockets;

    /// <exception cref="CofferException">One cannot be bound.</exception>
    public static MetricsSockets Bind(MetricsSettings settings)
    {
        var sockets = new MetricsSockets();
        try
        {
            if (settings.Address is { } address)
            {
                var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                sockets._sockets.Add(socket);
                socket.Bind(address);
            }
            if (settings.Socket is { } path)
            {
                (sockets._place, var socket) = UnixSocketPlace.Take(path, UnixFileMode.UserRead | UnixFileMode.UserWrite, group: null);
                sockets._sockets.Add(socket);
            }
            return sockets;
        }
        catch (Exception e)
        {
            sockets.Dispose();
            throw e is SocketException ? new CofferException($"the metrics cannot be shown on {settings.Address}: {Printable.Of(e.Message)}", hint: "does another program listen there?", inner: e)
                : e is CofferException known ? new CofferException($"the metrics cannot be shown: {known.Message}", known.ExitStatus, known.Hint, known) : e;
        }
    }

    public void Dispose()
    {
        _place?.Dispose();
        foreach (var socket in _sockets) socket.Dispose();
    }
}
