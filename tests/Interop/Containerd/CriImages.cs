using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Coffer.Interop.Containerd;

/// <summary>
/// The one call of Kubernetes' container runtime interface that a pull needs, as the kubelet makes it:
/// <c>runtime.v1.ImageService/PullImage</c> over a Unix socket, written by hand because a client needs no more of gRPC than this.
/// </summary>
internal static class CriImages
{
    /// <summary>Pulls and unpacks an image. Null when that went well, else what the runtime says.</summary>
    public static async Task<string?> PullAsync(string socket, string image, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), token);
                return new NetworkStream(connection, ownsSocket: true);
            },
        };
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromMinutes(3) };
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://localhost/runtime.v1.ImageService/PullImage")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Message(image)),
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var response = await client.SendAsync(request, cancellationToken);
        await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var status = Value(response, "grpc-status") ?? $"none (HTTP {(int)response.StatusCode})";
        return status == "0" ? null : $"{status}: {Uri.UnescapeDataString(Value(response, "grpc-message") ?? "")}";
    }

    // PullImageRequest { ImageSpec image = 1 { string image = 1 } }, after gRPC's flag and length.
    private static byte[] Message(string image)
    {
        var body = ProtobufField.Write(1, ProtobufField.Write(1, Encoding.UTF8.GetBytes(image)));
        var message = new byte[5 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), body.Length);
        body.CopyTo(message, 5);
        return message;
    }

    private static string? Value(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var values) || response.Headers.TryGetValues(name, out values) ? values.First() : null;
}
