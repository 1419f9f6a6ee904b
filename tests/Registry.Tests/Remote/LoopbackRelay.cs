using System.Net;
using System.Net.Sockets;

namespace Coffer.Registry.Tests.Remote;

/// <summary>Passes connections to another address of this machine on to a port of 127.0.0.1.</summary>
internal sealed class LoopbackRelay : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public LoopbackRelay(string address, int port)
    {
        _listener = new TcpListener(IPAddress.Parse(address), 0);
        _listener.Start();
        Host = _listener.LocalEndpoint.ToString()!;
        _serving = ServeAsync(port);
    }

    public string Host { get; }

    private async Task ServeAsync(int port)
    {
        try
        {
            while (true)
            {
                using var near = await _listener.AcceptTcpClientAsync(_stop.Token);
                using var far = new TcpClient();
                await far.ConnectAsync(IPAddress.Loopback, port, _stop.Token);
                await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream(), _stop.Token), far.GetStream().CopyToAsync(near.GetStream(), _stop.Token));
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        // First the loop ends, then its listener: the other way round it may begin to wait on one that is stopped.
        await _serving;
        _listener.Stop();
        _stop.Dispose();
    }
}
