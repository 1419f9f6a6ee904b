using Coffer.Jose;

namespace Coffer.KeyBroker.Access.Issuers;

/// <summary>
/// An issuer's keys, kept and fetched anew: when they are ten minutes old, and when a token names a key that is not among them, but at most
/// once in half a minute, whatever is asked. Where they cannot be fetched, the last ones count for a day. Safe for many calls at once.
/// </summary>
/// <param name="source">Where they come from; owned.</param>
/// <param name="algorithms">What they are trusted for.</param>
/// <param name="time">The clock.</param>
internal sealed class IssuerKeys(IKeySource source, IReadOnlyList<string> algorithms, TimeProvider time) : IDisposable
{
    /// <summary>From this age on they are fetched anew.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);

    /// <summary>Between two attempts to fetch them.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    /// <summary>So long they count where no newer ones can be had.</summary>
    public static readonly TimeSpan Stale = TimeSpan.FromDays(1);

    private readonly SemaphoreSlim _turn = new(1);
    private State _state = new(null, null, null, null);

    /// <summary>The keys that a signature may be of; empty where its key is not known.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: there are none, and none can be had.</exception>
    public async Task<IReadOnlyList<IJwsVerifier>> FindAsync(string? keyId, CancellationToken cancellationToken)
    {
        if (IsNeeded(_state, keyId))
        {
            await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (IsNeeded(_state, keyId)) _state = await FetchAsync(_state, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _turn.Release();
            }
        }
        var state = _state;
        if (state.Keys is { } keys && time.GetElapsedTime(state.Fetched!.Value) < Stale) return keys.Find(keyId);
        throw new BrokerException(BrokerFault.Unavailable, state.Failure?.Message ?? "the keys are not known yet", "the broker tries again in half a minute", state.Failure);
    }

    public void Dispose()
    {
        source.Dispose();
        _turn.Dispose();
    }

    private bool IsNeeded(State state, string? keyId) =>
        (state.Tried is not { } tried || time.GetElapsedTime(tried) >= Pause)
        && (state.Keys is not { } keys || time.GetElapsedTime(state.Fetched!.Value) >= Fresh || keys.Find(keyId).Count == 0);

    private async Task<State> FetchAsync(State before, CancellationToken cancellationToken)
    {
        var now = time.GetTimestamp();
        try
        {
            return new State(KeySet.Parse(await source.ReadAsync(cancellationToken).ConfigureAwait(false), algorithms), now, now, null);
        }
        catch (BrokerException e)
        {
            return before with { Tried = now, Failure = e };
        }
    }

    private sealed record State(KeySet? Keys, long? Fetched, long? Tried, BrokerException? Failure);
}
