using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Coffer.Oci;
using Coffer.Registry.Auth;

namespace Coffer.Registry.Remote;

/// <summary>
/// Uploads in pieces of known length and place, for registries that refuse a stream. A piece is in memory, so one that
/// was lost is sent again: the registry is asked how far it got (distribution-spec 1.1, "Pushing a blob in chunks").
/// </summary>
internal sealed class PieceUpload(RegistryConnection registry, string repository)
{
    private const int UsualPiece = 8 * 1024 * 1024;
    private const int LargestPiece = 64 * 1024 * 1024;

    private readonly TokenScope _scope = TokenScope.Push(repository);

    public async Task<UploadSession> SendAsync(UploadSession session, UploadStream source, CancellationToken cancellationToken)
    {
        if (session.LeastPiece > LargestPiece)
        {
            throw new CofferException($"{registry.Host} wants uploads in pieces of at least {session.LeastPiece} bytes; the most that is held in memory is {LargestPiece}");
        }
        var length = (int)Math.Max(UsualPiece, session.LeastPiece);
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            for (long start = 0; ;)
            {
                var count = await FillAsync(source, buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
                if (count > 0) session = await SendPieceAsync(session, buffer.AsMemory(0, count), start, cancellationToken).ConfigureAwait(false);
                start += count;
                if (count < length) return session;
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<int> FillAsync(UploadStream source, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            var count = await source.ReadAsync(buffer[filled..], cancellationToken).ConfigureAwait(false);
            if (count == 0) break;
            filled += count;
        }
        return filled;
    }

    private async Task<UploadSession> SendPieceAsync(UploadSession session, ReadOnlyMemory<byte> piece, long start, CancellationToken cancellationToken)
    {
        var sent = 0;
        for (var attempt = 0; ; attempt++)
        {
            var (response, broken) = await TryAsync(session, piece[sent..], start + sent, cancellationToken).ConfigureAwait(false);
            using (response)
            {
                if (response?.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.NoContent or HttpStatusCode.Created) return UploadSession.Read(registry, response, session);
                var again = response is null || response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable || RetrySchedule.IsWorthwhile(response.StatusCode);
                if (!again || attempt >= registry.Transport.Retries.Times)
                {
                    if (broken is not null) throw broken;
                    throw await registry.FailureAsync(response!, $"takes no piece of an upload to {repository}", _scope, cancellationToken).ConfigureAwait(false);
                }
                var asked = response is null ? null : registry.Transport.Retries.Asked(response);
                await registry.Transport.Retries.WaitAsync(attempt, asked, cancellationToken).ConfigureAwait(false);
            }
            (session, var there) = await ProgressAsync(session, cancellationToken).ConfigureAwait(false);
            if (there < start || there > start + piece.Length) throw new TransientRegistryException($"{registry.Host} has {there} bytes of an upload to {repository} where {start + sent} were sent");
            sent = (int)(there - start);
            if (sent == piece.Length) return session;
        }
    }

    private async Task<(HttpResponseMessage? Response, ConnectionException? Broken)> TryAsync(UploadSession session, ReadOnlyMemory<byte> bytes, long start, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Patch, session.Location.AbsoluteUri, _scope) { Once = true, Body = Body };
        try
        {
            return (await registry.SendAsync(request, cancellationToken).ConfigureAwait(false), null);
        }
        catch (ConnectionException e) when (e.IsWorthRetrying)
        {
            return (null, e);
        }

        ReadOnlyMemoryContent Body()
        {
            var body = new ReadOnlyMemoryContent(bytes);
            body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            // The specification writes it as START-END, which is no Content-Range of RFC 9110.
            body.Headers.TryAddWithoutValidation("Content-Range", string.Create(CultureInfo.InvariantCulture, $"{start}-{start + bytes.Length - 1}"));
            return body;
        }
    }

    // Range: 0-LAST; absent or "0-0" in the beginning, which leaves one byte in doubt and then nothing is assumed to be there.
    private async Task<(UploadSession Session, long Bytes)> ProgressAsync(UploadSession session, CancellationToken cancellationToken)
    {
        using var response = await registry.SendAsync(new RegistryRequest(HttpMethod.Get, session.Location.AbsoluteUri, _scope), cancellationToken).ConfigureAwait(false);
        if (response.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.OK or HttpStatusCode.Accepted))
        {
            var failure = await registry.FailureAsync(response, $"forgot an upload to {repository}", _scope, cancellationToken).ConfigureAwait(false);
            throw new TransientRegistryException(failure.Message, failure.Hint, failure);
        }
        var moved = UploadSession.Read(registry, response, session);
        var range = response.Headers.NonValidated.TryGetValues("Range", out var values) ? values.ToString() : "";
        var dash = range.LastIndexOf('-');
        if (dash < 0 || !long.TryParse(range.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var last) || last == 0) return (moved, 0);
        return (moved, last == long.MaxValue ? last : last + 1);
    }
}
