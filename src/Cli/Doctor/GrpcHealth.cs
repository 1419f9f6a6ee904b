using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Coffer.Cli.Doctor;

/// <summary>Asks <c>grpc.health.v1.Health/Check</c> on a Unix socket: one call, by hand, because that is all of gRPC that is needed here.</summary>
internal static class GrpcHealth
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // An empty HealthCheckRequest behind gRPC's flag and length; HealthCheckResponse { status = 1 } with SERVING = 1.
    private static readonly byte[] Request = [0, 0, 0, 0, 0], Serving = [0, 0, 0, 0, 2, 8, 1];

    /// <summary>Null if it serves, else what it does instead.</summary>
    public static async Task<string?> AskAsync(string socket, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            return await CallAsync(socket, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"does not answer within {Patience.TotalSeconds:0} seconds";
        }
        catch (HttpRequestException e)
        {
            return e.InnerException is SocketException s ? $"cannot be connected to: {s.SocketErrorCode}" : "does not speak gRPC";
        }
    }

    private static async Task<string?> CallAsync(string socket, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, ConnectCallback = async (_, token) => await ConnectAsync(socket, token).ConfigureAwait(false) };
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://localhost/grpc.health.v1.Health/Check")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Request),
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var answer = new byte[Serving.Length + 1];
            var length = await body.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return answer.AsSpan(0, length).SequenceEqual(Serving) ? null : "answers, but not that it serves";
        }
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
