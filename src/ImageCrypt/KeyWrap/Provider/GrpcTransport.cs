using System.Net.Sockets;
using Coffer.ImageCrypt.KeyWrap.Provider.Wire;
using Coffer.Oci;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Coffer.ImageCrypt.KeyWrap.Provider;

/// <summary>Asks a gRPC server, over one connection for all layers: plaintext, a Unix socket or TLS.</summary>
internal sealed class GrpcTransport : IProviderTransport
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    private readonly string _name;
    private readonly string _target;
    private readonly TimeSpan _deadline;
    private readonly TimeProvider _time;
    private readonly GrpcTlsFiles? _tls;
    private readonly GrpcChannel _channel;
    private readonly KeyProviderService.KeyProviderServiceClient _client;

    /// <exception cref="CofferException">The address or a file of the TLS settings cannot be used.</exception>
    public GrpcTransport(string name, GrpcProvider settings, TimeSpan deadline, TimeProvider time)
    {
        _name = Printable.Of(name, 64);
        _target = Printable.Of(settings.Target);
        _deadline = deadline;
        _time = time;
        var target = GrpcTarget.Parse(settings.Target);
        _tls = settings.Tls is null ? null : GrpcTlsFiles.Load(_name, settings.Tls);
        var handler = new SocketsHttpHandler
        {
            // Keys never take the way through a proxy that the environment happens to name.
            UseProxy = false,
            ConnectTimeout = ConnectTimeout,
            ConnectCallback = async (_, cancellationToken) => await ConnectAsync(target, cancellationToken).ConfigureAwait(false),
        };
        if (_tls is not null) handler.SslOptions = _tls.ClientOptions();

        // The URI's host is what TLS verifies and what the server sees as authority; the callback above decides where to connect.
        var host = settings.Tls?.ServerName ?? target.UriHost;
        var uri = new UriBuilder(_tls is null ? "http" : "https", host, target.SocketPath is null ? target.Port : -1).Uri;
        _channel = GrpcChannel.ForAddress(uri, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = KeyProviderRequest.MaxBytes,
            MaxSendMessageSize = KeyProviderRequest.MaxBytes,
        });
        _client = new KeyProviderService.KeyProviderServiceClient(_channel);
    }

    public async Task<byte[]> AskAsync(KeyProviderOperation operation, ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        var message = new keyProviderKeyWrapProtocolInput { KeyProviderKeyWrapProtocolInput = ByteString.CopyFrom(request.Span) };
        var options = new CallOptions(deadline: _time.GetUtcNow().UtcDateTime + _deadline, cancellationToken: cancellationToken);
        try
        {
            using var call = operation == KeyProviderOperation.KeyWrap ? _client.WrapKeyAsync(message, options) : _client.UnWrapKeyAsync(message, options);
            var answer = await call.ResponseAsync.ConfigureAwait(false);
            return answer.KeyProviderKeyWrapProtocolOutput.ToByteArray();
        }
        catch (RpcException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Explain(operation, e);
        }
    }

    public void Dispose()
    {
        _channel.Dispose();
        _tls?.Dispose();
    }

    private CofferException Explain(KeyProviderOperation operation, RpcException e)
    {
        var detail = Printable.Of(e.Status.Detail, 512);
        var method = operation == KeyProviderOperation.KeyWrap ? "WrapKey" : "UnWrapKey";
        return e.StatusCode switch
        {
            StatusCode.Unavailable => new CofferException(
                $"key provider '{_name}' cannot be reached at {_target}: {detail}", ExitStatus.Unreachable, "is it running, and is the address right?", e),
            StatusCode.DeadlineExceeded => new CofferException(
                $"key provider '{_name}' at {_target} did not answer within {_deadline.TotalSeconds:0.#} s", ExitStatus.Unreachable, inner: e),
            StatusCode.Unimplemented => new CofferException(
                $"key provider '{_name}' at {_target} does not implement {method}", hint: "some providers only wrap, others only unwrap", inner: e),
            StatusCode.PermissionDenied or StatusCode.Unauthenticated => new CofferException(
                $"key provider '{_name}' denied the request: {detail}", ExitStatus.Denied, inner: e),
            StatusCode.ResourceExhausted => new CofferException(
                $"key provider '{_name}' sent or refused a message of more than {KeyProviderRequest.MaxBytes} bytes: {detail}", inner: e),
            _ => new CofferException($"key provider '{_name}' failed ({e.StatusCode}): {detail}", inner: e),
        };
    }

    private static async Task<Stream> ConnectAsync(GrpcTarget target, CancellationToken cancellationToken)
    {
        var socket = target.SocketPath is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(target.EndPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
