using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Coffer.Oci;

namespace Coffer.KeyProvider.Daemon.Hosting;

/// <summary>Asks a daemon on a Unix socket how it is, as any client would: a new connection and one call of grpc.health.v1.</summary>
internal static class HealthQuestion
{
    private static readonly Uri HealthCheck = new("http://localhost/grpc.health.v1.Health/Check");
    private static readonly byte[] EmptyMessage = new byte[5]; // one byte for "not compressed", four for the length
    private static readonly byte[] Serving = [0, 0, 0, 0, 2, 0x08, 0x01]; // a message of two bytes: field 1 is SERVING

    private const int MostAnswerBytes = 1024; // whoever listens there may not be ours

    /// <returns>What is wrong; null where it says that it serves.</returns>
    public static async Task<string?> AskAsync(EndPoint end, CancellationToken cancellationToken)
    {
        try
        {
            return await CheckAsync(end, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return "no answer in time";
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException cause)
        {
            return cause.SocketErrorCode switch
            {
                SocketError.AddressNotAvailable => "there is no such socket", // ENOENT, for which .NET has no better name
                SocketError.ConnectionRefused => "nobody listens",
                SocketError.AccessDenied => "this user may not connect",
                _ => Printable.Of(cause.Message),
            };
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return Printable.Of(e.Message);
        }
    }

    private static async Task<string?> CheckAsync(EndPoint end, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancelled) =>
            {
                var socket = new Socket(end.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(end, cancelled).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        })
        {
            MaxResponseContentBufferSize = MostAnswerBytes,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, HealthCheck)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(EmptyMessage) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using var response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        var answer = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        return answer.AsSpan().SequenceEqual(Serving) ? null : "it does not say that it serves";
    }
}
