using System.Security.Cryptography;
using Coffer.ImageCrypt.KeyWrap.Provider;
using Coffer.KeyProvider.Calls;
using Coffer.KeyProvider.Packets;
using Coffer.KeyProvider.Parameters;
using Coffer.KeyProvider.Sources;
using Coffer.KeyProvider.Sources.Sample;
using Coffer.Oci;

namespace Coffer.KeyProvider;

/// <summary>
/// What every front asks: a request document in, an answer document out. Chooses the source, bounds its time, lets identical
/// unwraps share one flight and, if configured, keeps their result for a short time. Safe for many calls at once.
/// </summary>
public sealed class KeyProviderCore : IAsyncDisposable
{
    private readonly KeyProviderOptions _options;
    private readonly IReadOnlyCollection<string> _names;
    private readonly IReadOnlyList<GuardedSource> _sources;
    private readonly SourceChoice _choice;
    private readonly UnwrapFlights _flights = new();
    private readonly UnwrapCache? _cache;

    /// <param name="options">What is allowed, and for how long.</param>
    /// <param name="sources">In the order in which they are asked; the core disposes them.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="CofferException">A provider name stands for a source that is not there.</exception>
    public KeyProviderCore(KeyProviderOptions options, IReadOnlyList<IKeySource> sources, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        if (options.Providers.FirstOrDefault(p => p.Value is { } name && !sources.Any(s => s.Name == name)) is { Key: { } provider, Value: { } missing })
        {
            throw new CofferException($"provider '{Printable.Of(provider, 64)}' wraps with the key source '{Printable.Of(missing, 64)}', which is not configured");
        }
        _options = options;
        _names = [.. options.Providers.Keys];
        _sources = [.. sources.Select(s => new GuardedSource(s, options.CallTimeout, time))];
        _choice = new SourceChoice(options, _sources, options.AllowSampleKey ? new GuardedSource(new SampleKeySource(), options.CallTimeout, time) : null);
        _cache = options is { CacheLifetime.Ticks: > 0, CacheEntries: > 0 } ? new UnwrapCache(options.CacheLifetime, options.CacheEntries, time) : null;
    }

    /// <summary>Opens the sources and makes a core of them; what was opened is disposed where that fails.</summary>
    /// <param name="options">What is allowed, and for how long.</param>
    /// <param name="sources">In the order in which they are asked.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CofferException">A source cannot be opened, or a provider name stands for one that is not there.</exception>
    public static async Task<KeyProviderCore> OpenAsync(
        KeyProviderOptions options, IReadOnlyList<SourceSettings> sources, TimeProvider time, CancellationToken cancellationToken)
    {
        var opened = await KeySources.OpenAsync(sources, cancellationToken).ConfigureAwait(false);
        try
        {
            return new KeyProviderCore(options, opened, time);
        }
        catch
        {
            foreach (var source in opened) await source.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>How many unwrapped options the cache holds just now; zero where there is none.</summary>
    public int CachedAnswers => _cache?.Count ?? 0;

    /// <summary>Answers one request document (JSON in UTF-8, see docs/keyprovider.md).</summary>
    /// <param name="request">Read, never kept; the caller zeroes it.</param>
    /// <param name="trace">Filled in as the call goes on, also when it fails.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <returns>The answer document; the caller zeroes it.</returns>
    /// <exception cref="KeyProviderException">Why there is no answer.</exception>
    public async Task<byte[]> AnswerAsync(ReadOnlyMemory<byte> request, CallTrace trace, CancellationToken cancellationToken)
    {
        try
        {
            return await AnswerAsync(Read(request), trace, cancellationToken).ConfigureAwait(false);
        }
        catch (KeyProviderException e)
        {
            throw CallFailure.Named(e, trace);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw SourceFailure.Cancelled();
        }
        catch (Exception e)
        {
            // Its text may hold anything.
            throw CallFailure.Named(new KeyProviderException(FailureReason.Internal, $"the key provider failed ({e.GetType().Name})", "this is a fault in coffer"), trace);
        }
    }

    /// <summary>Disposes the sources and zeroes the cache. No call may be under way.</summary>
    public async ValueTask DisposeAsync()
    {
        _cache?.Dispose();
        foreach (var source in _sources) await source.DisposeAsync().ConfigureAwait(false);
    }

    private KeyProviderRequest Read(ReadOnlyMemory<byte> request)
    {
        try
        {
            return KeyProviderRequest.Read(request, _names);
        }
        catch (FormatException e)
        {
            throw new KeyProviderException(FailureReason.BadRequest, $"the {e.Message}", "the bytes are ocicrypt's key provider protocol, in JSON (docs/keyprovider.md)");
        }
    }

    private async Task<byte[]> AnswerAsync(KeyProviderRequest request, CallTrace trace, CancellationToken cancellationToken)
    {
        byte[]? payload = null;
        try
        {
            trace.Operation = request.Operation;
            payload = request.Operation == KeyProviderOperation.KeyWrap
                ? await WrapAsync(request, trace, cancellationToken).ConfigureAwait(false)
                : await UnwrapAsync(request, trace, cancellationToken).ConfigureAwait(false);
            return new KeyProviderAnswer(request.Operation, payload).Write();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(payload);
            CryptographicOperations.ZeroMemory(request.Payload);
        }
    }

    private async Task<byte[]> WrapAsync(KeyProviderRequest request, CallTrace trace, CancellationToken cancellationToken)
    {
        if (RequestedKey.Names(request.Parameters, _options) is [var name]) trace.Provider = name;
        var asked = RequestedKey.Read(request.Parameters, _options);
        trace.KeyId = asked.Selection.KeyId;
        PacketCipher.CheckOptions(request.Payload.Length);
        var source = _choice.ForWrap(asked);
        trace.Source = source.Name;
        var packet = await source.AskAsync((s, token) => s.WrapAsync(asked.Selection, request.Payload, token), _ => { }, cancellationToken).ConfigureAwait(false);
        trace.KeyId = packet.KeyId;
        return PacketWriter.Write(packet);
    }

    private async Task<byte[]> UnwrapAsync(KeyProviderRequest request, CallTrace trace, CancellationToken cancellationToken)
    {
        // Which key unwraps is the packet's to say; the caller's parameters only tell under which name we were called.
        if (RequestedKey.Names(request.Parameters, _options) is [var name]) trace.Provider = name;
        var packet = PacketReader.Read(request.Payload);
        trace.KeyId = packet.KeyId;
        var digest = PacketDigest.Of(request.Payload);
        if (_cache?.Find(digest) is { } kept)
        {
            (trace.Origin, trace.Source) = (AnswerOrigin.Cache, kept.Source);
            return kept.Options;
        }
        var sources = _choice.ForUnwrap(packet);
        // With keys in memory, sharing a flight would cost more than the unwrap.
        if (sources.All(s => s.Source.UnwrapsAtOnce)) return await UnwrapAsync(packet, digest, sources, trace, cancellationToken).ConfigureAwait(false);
        return await _flights.JoinAsync(digest, trace, (flight, token) => UnwrapAsync(packet, digest, sources, flight, token), cancellationToken).ConfigureAwait(false);
    }

    private async Task<byte[]> UnwrapAsync(
        AnnotationPacket packet, PacketDigest digest, IReadOnlyList<GuardedSource> sources, CallTrace trace, CancellationToken cancellationToken)
    {
        KeyProviderException? failure = null;
        foreach (var source in sources)
        {
            trace.Source = source.Name;
            try
            {
                var options = await source.UnwrapAsync(packet, cancellationToken).ConfigureAwait(false);
                _cache?.Keep(digest, options, source.Name);
                return options;
            }
            catch (KeyProviderException e) when (e.Reason is not (FailureReason.Denied or FailureReason.Cancelled))
            {
                // Two sources may hold keys of one name. That a source lacks the key says less than why another failed.
                if (failure is null or { Reason: FailureReason.UnknownKey }) failure = e;
            }
        }
        throw failure!;
    }
}
