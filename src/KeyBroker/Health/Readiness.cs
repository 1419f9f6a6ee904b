using Coffer.Oci;

namespace Coffer.KeyBroker.Health;

/// <summary>
/// Whether the broker can do its work just now. Anybody may ask, so that what was found is kept for a moment and one look is made for all
/// who ask at once. Disposal ends it.
/// </summary>
/// <param name="checks">What is looked at.</param>
/// <param name="changed">Told of each check that begins to fail (what is wrong) or to hold again (null).</param>
/// <param name="time">The clock.</param>
internal sealed class Readiness(IReadOnlyList<ReadyCheck> checks, Action<string, string?> changed, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private (ReadyState State, long Read)? _last;

    /// <summary>What was found last; null before the first look.</summary>
    public ReadyState? Last => _last?.State;

    /// <summary>Looks, unless somebody just did.</summary>
    public async Task<ReadyState> AskAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_last is var (known, read) && time.GetElapsedTime(read) < Fresh) return known;
            var found = await Task.WhenAll(checks.Select(c => AskAsync(c, cancellationToken))).ConfigureAwait(false);
            var state = new ReadyState(checks.Zip(found).ToDictionary(p => p.First.Name, p => p.Second));
            foreach (var (name, problem) in state.Problems)
            {
                if (problem is null != (_last?.State.Problems[name] is null)) changed(name, problem);
            }
            _last = (state, time.GetTimestamp());
            return state;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private static async Task<string?> AskAsync(ReadyCheck check, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            // One that does not listen to its token is not waited for either.
            await Task.Run(() => check.Ask(limit.Token), limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"no answer within {Patience.TotalSeconds:F0} s";
        }
        catch (CofferException e)
        {
            return Printable.Of(e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return $"a fault of ours: {e.GetType().Name}";
        }
    }
}
