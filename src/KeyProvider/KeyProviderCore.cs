using Coffer.KeyProvider.Sources;

namespace Coffer.KeyProvider;

/// <summary>
/// What every front asks: a request document in, an answer document out. Chooses the source, bounds its time, lets identical
/// unwraps share one flight and, if configured, keeps their result for a short time. Safe for many calls at once.
/// </summary>
public sealed class KeyProviderCore : IAsyncDisposable
{
    private readonly KeyProviderOptions _options;
    private readonly IReadOnlyList<IKeySource> _sources;

    /// <param name="options">What is allowed, and for how long.</param>
    /// <param name="sources">In the order in which they are asked; the core disposes them.</param>
    /// <param name="time">The clock.</param>
    public KeyProviderCore(KeyProviderOptions options, IReadOnlyList<IKeySource> sources, TimeProvider? time = null)
    {
        _options = options;
        _sources = sources;
        _ = time;
    }

    /// <summary>Answers one request document (JSON in UTF-8, see docs/keyprovider.md).</summary>
    /// <param name="request">Read, never kept; the caller zeroes it.</param>
    /// <param name="trace">Filled in as the call goes on, also when it fails.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <returns>The answer document; the caller zeroes it.</returns>
    /// <exception cref="KeyProviderException">Why there is no answer.</exception>
    public Task<byte[]> AnswerAsync(ReadOnlyMemory<byte> request, CallTrace trace, CancellationToken cancellationToken) =>
        throw new KeyProviderException(FailureReason.Internal, $"not yet: {_options.Providers.Count}");

    /// <summary>Disposes the sources and zeroes the cache. No call may be under way.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var source in _sources) await source.DisposeAsync().ConfigureAwait(false);
    }
}
