using System.Net;
using Coffer.Oci;

namespace Coffer.Registry.Remote;

/// <summary>
/// A blob's bytes over as many connections as it takes: when one breaks in the middle, the next asks for the rest with
/// Range. Whether the pieces fit together is for the digest to say (<see cref="VerifyingStream"/> stands above this).
/// </summary>
internal sealed class ResumingStream : ReadOnlyStream
{
    private const int MostResumptions = 64;

    private readonly RegistryTransport _transport;
    private readonly Func<long, CancellationToken, Task<HttpResponseMessage>> _open;
    private readonly long _size;
    private readonly string _what;
    private HttpResponseMessage? _response;
    private Stream? _body;
    private CancellationTokenSource? _time;
    private long _position;
    private long _toSkip;
    private int _failures;
    private int _resumptions;

    /// <param name="transport">Its schedule bounds the retries without progress.</param>
    /// <param name="first">The answer to the first request; disposed here.</param>
    /// <param name="size">How many bytes there should be.</param>
    /// <param name="what">For messages.</param>
    /// <param name="open">Asks for the bytes from an offset on; answers 200, 206, or anything that is a failure.</param>
    public ResumingStream(RegistryTransport transport, HttpResponseMessage first, long size, string what, Func<long, CancellationToken, Task<HttpResponseMessage>> open)
    {
        _transport = transport;
        _response = first;
        _size = size;
        _what = what;
        _open = open;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                if (_response is null) await ReopenAsync(cancellationToken).ConfigureAwait(false);
                var count = await ReadOnceAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (_toSkip > 0)
                {
                    if (count == 0) return 0;
                    _toSkip -= count;
                    continue;
                }
                if (count > 0) _failures = 0;
                _position += count;
                return count;
            }
            catch (Exception e) when (e is IOException or HttpRequestException or ConnectionException { IsWorthRetrying: true })
            {
                await GiveUpOrWaitAsync(e, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                await GiveUpOrWaitAsync(e, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_time is null || !_time.TryReset())
        {
            _time?.Dispose();
            _time = new CancellationTokenSource();
        }
        _time.CancelAfter(_transport.Patience);
        await using var registration = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _time).ConfigureAwait(false);
        _body ??= await _response!.Content.ReadAsStreamAsync(_time.Token).ConfigureAwait(false);
        var wanted = _toSkip > 0 ? buffer[..(int)Math.Min(buffer.Length, _toSkip)] : buffer;
        return await _body.ReadAsync(wanted, _time.Token).ConfigureAwait(false);
    }

    private async Task GiveUpOrWaitAsync(Exception cause, CancellationToken cancellationToken)
    {
        Drop();
        if (_failures >= _transport.Retries.Times || _resumptions >= MostResumptions)
        {
            throw new TransientRegistryException($"{_what} broke off after {_position} of {_size} bytes", inner: cause);
        }
        await _transport.Retries.WaitAsync(_failures++, null, cancellationToken).ConfigureAwait(false);
        _resumptions++;
    }

    private async Task ReopenAsync(CancellationToken cancellationToken)
    {
        var response = await _open(_position, cancellationToken).ConfigureAwait(false);
        _response = response;
        _toSkip = 0;
        if (response.StatusCode == HttpStatusCode.PartialContent)
        {
            var range = response.Content.Headers.ContentRange;
            if (range is not { Unit: "bytes" } || range.From != _position || (range.Length is { } whole && whole != _size))
            {
                throw new IntegrityException($"{_what} was asked for from byte {_position} on, and the registry sends {Printable.Of(range?.ToString() ?? "no range", 80)}");
            }
        }
        else
        {
            // Range is a wish (RFC 9110, section 14.2): the whole comes again, and the part that we have is read past.
            _toSkip = _position;
        }
    }

    private void Drop()
    {
        _response?.Dispose();
        _response = null;
        _body = null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Drop();
            _time?.Dispose();
        }
        base.Dispose(disposing);
    }
}
