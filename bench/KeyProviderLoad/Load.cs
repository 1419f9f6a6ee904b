using System.Diagnostics;
using System.Net.Sockets;
using Coffer.ImageCrypt.KeyWrap.Provider.Wire;
using Google.Protobuf;
using Grpc.Net.Client;

namespace Coffer.Bench;

/// <summary>Connections to one Unix socket, each with one call under way at any time.</summary>
internal sealed class Load : IDisposable
{
    private readonly keyProviderKeyWrapProtocolInput _message;
    private readonly List<GrpcChannel> _channels;

    public Load(string socket, byte[] request, int connections)
    {
        _message = new keyProviderKeyWrapProtocolInput { KeyProviderKeyWrapProtocolInput = ByteString.CopyFrom(request) };
        _channels = [.. Enumerable.Range(0, connections).Select(_ => Connect(socket))];
    }

    /// <summary>Calls for a time.</summary>
    public async Task<Figures> ForAsync(TimeSpan time)
    {
        var begin = Stopwatch.GetTimestamp();
        var latencies = await Task.WhenAll(_channels.Select(c => Task.Run(() => CallAsync(c, () => Stopwatch.GetElapsedTime(begin) < time))));
        return Figures.Of([.. latencies.SelectMany(l => l)], Stopwatch.GetElapsedTime(begin));
    }

    /// <summary>Makes <paramref name="calls"/> calls and returns how many were answered; the first failure ends it.</summary>
    public async Task<int> CountAsync(int calls)
    {
        var left = calls;
        var latencies = await Task.WhenAll(_channels.Select(c => Task.Run(() => CallAsync(c, () => Interlocked.Decrement(ref left) >= 0))));
        return latencies.Sum(l => l.Count);
    }

    public void Dispose() => _channels.ForEach(c => c.Dispose());

    private async Task<List<long>> CallAsync(GrpcChannel channel, Func<bool> again)
    {
        var client = new KeyProviderService.KeyProviderServiceClient(channel);
        var latencies = new List<long>();
        while (again())
        {
            var begin = Stopwatch.GetTimestamp();
            var answer = await client.UnWrapKeyAsync(_message);
            latencies.Add(Stopwatch.GetTimestamp() - begin);
            if (answer.KeyProviderKeyWrapProtocolOutput.IsEmpty) throw new InvalidOperationException("an answer was empty");
        }
        return latencies;
    }

    private static GrpcChannel Connect(string path) => GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        },
        DisposeHttpClient = true,
    });
}
