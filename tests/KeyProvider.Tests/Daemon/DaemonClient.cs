using System.Net.Sockets;
using Coffer.ImageCrypt.KeyWrap.Provider.Wire;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;

namespace Coffer.KeyProvider.Tests.Daemon;

/// <summary>An ordinary gRPC client on one connection to a Unix socket.</summary>
internal sealed class DaemonClient : IDisposable
{
    private readonly GrpcChannel _channel;

    public DaemonClient(string socket) => _channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
    {
        DisposeHttpClient = true,
        MaxSendMessageSize = null,
        HttpHandler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancellationToken) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
                    return new NetworkStream(connection, ownsSocket: true);
                }
                catch
                {
                    connection.Dispose();
                    throw;
                }
            },
        },
    });

    public ChannelBase Channel => _channel;

    public Health.HealthClient Health => new(_channel);

    public async Task<byte[]> WrapAsync(byte[] request, CancellationToken cancellationToken = default) => Bytes(
        await new KeyProviderService.KeyProviderServiceClient(_channel).WrapKeyAsync(Input(request), cancellationToken: cancellationToken));

    public async Task<byte[]> UnwrapAsync(byte[] request, CancellationToken cancellationToken = default) => Bytes(
        await new KeyProviderService.KeyProviderServiceClient(_channel).UnWrapKeyAsync(Input(request), cancellationToken: cancellationToken));

    /// <summary>Unwraps with further headers.</summary>
    public async Task<byte[]> UnwrapAsync(byte[] request, Metadata headers) => Bytes(
        await new KeyProviderService.KeyProviderServiceClient(_channel).UnWrapKeyAsync(Input(request), headers));

    public async Task<byte[]> WrapCompressedAsync(byte[] request) => Bytes(await new KeyProviderService.KeyProviderServiceClient(_channel).WrapKeyAsync(
        Input(request), new Metadata { { "grpc-internal-encoding-request", "gzip" } }));

    /// <summary>The status with which a call fails.</summary>
    public static async Task<Status> FailureAsync(Func<Task> call) => (await Assert.ThrowsAsync<RpcException>(call)).Status;

    public void Dispose() => _channel.Dispose();

    private static keyProviderKeyWrapProtocolInput Input(byte[] request) => new() { KeyProviderKeyWrapProtocolInput = ByteString.CopyFrom(request) };

    private static byte[] Bytes(keyProviderKeyWrapProtocolOutput output) => output.KeyProviderKeyWrapProtocolOutput.ToByteArray();
}
