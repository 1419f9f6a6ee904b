using System.Security.Cryptography;
using Coffer.ImageCrypt.KeyWrap.Provider;
using Coffer.Oci;

namespace Coffer.KeyProvider.Exec;

/// <summary>Reads one request from a stream, up to its end. What it leaves behind is zeroed.</summary>
internal static class RequestStream
{
    private const int FirstBytes = 16 * 1024; // more than most requests have

    /// <summary>The whole stream; the caller zeroes it.</summary>
    /// <exception cref="KeyProviderException"><see cref="FailureReason.BadRequest"/>: empty, or larger than 4 MiB.</exception>
    public static async Task<byte[]> ReadAsync(Stream input, CancellationToken cancellationToken)
    {
        var buffer = new byte[FirstBytes];
        var length = 0;
        try
        {
            while (true)
            {
                var read = await ReadAsync(input, buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
                if (read == 0) break;
                length += read;
                if (length > KeyProviderRequest.MaxBytes) throw new KeyProviderException(FailureReason.BadRequest, $"the request on standard input has more than {KeyProviderRequest.MaxBytes} bytes");
                if (length == buffer.Length) Grow(ref buffer);
            }
            return length > 0 ? buffer[..length] : throw Nothing("standard input is empty");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    /// <summary>There is no request.</summary>
    public static KeyProviderException Nothing(string what) => new(
        FailureReason.BadRequest, $"{what}: a request of ocicrypt's key provider protocol is read from it",
        "runtimes run this command by themselves: coffer keyprovider config --cmd prints the configuration that tells them to");

    // A pipe's read hears no token, so it is left behind on another thread; where there is none to hear, no thread is begun for it.
    private static ValueTask<int> ReadAsync(Stream input, Memory<byte> buffer, CancellationToken cancellationToken) => cancellationToken.CanBeCanceled
        ? new(input.ReadAsync(buffer, cancellationToken).AsTask().WaitAsync(cancellationToken))
        : new(input.Read(buffer.Span));

    private static void Grow(ref byte[] buffer)
    {
        var larger = new byte[Math.Min(buffer.Length * 2, KeyProviderRequest.MaxBytes + 1)];
        buffer.CopyTo(larger, 0);
        CryptographicOperations.ZeroMemory(buffer);
        buffer = larger;
    }
}
