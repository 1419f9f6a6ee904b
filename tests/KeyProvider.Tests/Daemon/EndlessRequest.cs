using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Coffer.KeyProvider.Tests.Daemon;

/// <summary>A call whose message begins and never ends.</summary>
internal sealed class EndlessRequest(string path) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    private readonly CancellationTokenSource _end = new();

    /// <summary>Fails when the server ends it.</summary>
    public async Task SendAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://localhost/keyprovider.KeyProviderService/UnWrapKey")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new Body(_end.Token) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        using var response = await _client.SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();
        throw new InvalidOperationException($"it was answered: {response}");
    }

    public void Dispose()
    {
        _end.Cancel();
        _client.Dispose();
        _end.Dispose();
    }

    private sealed class Body(CancellationToken end) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(new byte[] { 0, 0, 0, 16, 0, 10 }, end); // a message of 4096 bytes, of which one comes
            await stream.FlushAsync(end);
            await Task.Delay(Timeout.Infinite, end);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
