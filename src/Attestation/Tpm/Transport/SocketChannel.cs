using System.Net.Sockets;

namespace Coffer.Attestation.Tpm.Transport;

/// <summary>A software TPM behind a socket: commands and responses follow each other in the stream without more framing than their own headers.</summary>
internal sealed class SocketChannel : ITpmChannel
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly NetworkStream _stream;

    private SocketChannel(Socket socket) => _stream = new NetworkStream(socket, ownsSocket: true);

    /// <summary>Connects; while so many others wait there that the system lets nobody else wait, tries again.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/>: nothing listens there.</exception>
    public static async Task<SocketChannel> OpenAsync(TpmAddress address, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new SocketChannel(await ConnectAsync(address, cancellationToken).ConfigureAwait(false));
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.TryAgain)
            {
                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException e)
            {
                throw new AttestationException(AttestationFault.Unavailable, $"the TPM at {address} cannot be reached: {e.SocketErrorCode}", "is swtpm running, and is that its --server address?", e);
            }
        }
    }

    public async Task<byte[]> ExchangeAsync(ReadOnlyMemory<byte> command, CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(command, cancellationToken).ConfigureAwait(false);
        var header = new byte[ResponseHeader.Bytes];
        await _stream.ReadExactlyAsync(header, cancellationToken).ConfigureAwait(false);
        var response = new byte[ResponseHeader.Parse(header).Size];
        header.CopyTo(response, 0);
        await _stream.ReadExactlyAsync(response.AsMemory(header.Length), cancellationToken).ConfigureAwait(false);
        return response;
    }

    public void Dispose() => _stream.Dispose();

    private static async Task<Socket> ConnectAsync(TpmAddress address, CancellationToken cancellationToken)
    {
        var socket = address is TpmUnixAddress ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address is TpmTcpAddress tcp)
            {
                socket.NoDelay = true;
                await socket.ConnectAsync(tcp.Host, tcp.Port, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(((TpmUnixAddress)address).Path), cancellationToken).ConfigureAwait(false);
            }
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
