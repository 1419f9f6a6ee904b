using System.Buffers;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Coffer.KeyBroker.Admin;

/// <summary>Reads a request's body up to a bound. What it was read into is zeroed, since resources and tokens come in bodies.</summary>
internal static class RequestBody
{
    private const int FirstBytes = 16 * 1024;

    /// <returns>The body, in an array of its own.</returns>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: it is larger, or ends early.</exception>
    public static async Task<byte[]> ReadAsync(HttpRequest request, int most, CancellationToken cancellationToken)
    {
        if (request.ContentLength > most) throw TooLarge(most);
        // It grows with what comes: what is only announced costs whoever announces it nothing.
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(request.ContentLength ?? FirstBytes, FirstBytes) + 1);
        var length = 0;
        try
        {
            while (await request.Body.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false) is > 0 and var read)
            {
                length += read;
                if (length > most) throw TooLarge(most);
                if (length == buffer.Length) buffer = Grow(buffer, length);
            }
            return buffer.AsSpan(0, length).ToArray();
        }
        catch (BadHttpRequestException e)
        {
            throw new BrokerException(BrokerFault.BadRequest, "the request's body did not come as announced, too slowly, or was too large", inner: e);
        }
        finally
        {
            GiveBack(buffer, length);
        }
    }

    private static byte[] Grow(byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        GiveBack(buffer, length);
        return larger;
    }

    private static void GiveBack(byte[] buffer, int length)
    {
        CryptographicOperations.ZeroMemory(buffer.AsSpan(0, Math.Min(length, buffer.Length)));
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private static BrokerException TooLarge(int most) => new(BrokerFault.BadRequest, $"the request's body has more than {most} bytes");
}
