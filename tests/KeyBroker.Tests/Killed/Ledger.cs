using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Hosting;

namespace Coffer.KeyBroker.Tests.Killed;

/// <summary>What the broker acknowledged to anybody; a test may want to know of the n-th at once.</summary>
internal sealed class Ledger
{
    private readonly Lock _turn = new();
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly List<(string Request, string Action)> _fresh = [];
    private int _left;
    private TaskCompletionSource? _reached;

    /// <summary>How often what was acknowledged.</summary>
    public string Figures
    {
        get
        {
            lock (_turn) return string.Join(", ", _counts.Select(c => $"{c.Value} {c.Key}"));
        }
    }

    public int CountOf(string what)
    {
        lock (_turn) return _counts.GetValueOrDefault(what);
    }

    /// <summary>Counts what nobody was told of.</summary>
    public void Count(string what)
    {
        lock (_turn) _counts[what] = _counts.GetValueOrDefault(what) + 1;
    }

    /// <summary>Completes, on the thread that brings it, with the acknowledgement of that number from now on.</summary>
    public Task ReachAsync(int acknowledgements)
    {
        lock (_turn)
        {
            _left = acknowledgements;
            _reached = new TaskCompletionSource(); // its continuation runs at once: nothing lies between the answer and the kill
            return _reached.Task;
        }
    }

    /// <param name="what">Of which kind, for the figures.</param>
    /// <param name="request">The request's id.</param>
    /// <param name="action">Its action in the audit; null for what has no entry.</param>
    public void Acknowledge(string what, string? request, string? action)
    {
        TaskCompletionSource? reached = null;
        lock (_turn)
        {
            _counts[what] = _counts.GetValueOrDefault(what) + 1;
            if (action is not null) _fresh.Add((request ?? throw new InvalidOperationException($"an answer about {action} has no request id"), action));
            if (--_left == 0) reached = _reached;
        }
        reached?.TrySetResult();
    }

    /// <summary>Everything acknowledged since the last look stands in the audit as what it was.</summary>
    public async Task CheckAsync(BrokerParts parts)
    {
        List<(string Request, string Action)> fresh;
        lock (_turn)
        {
            fresh = [.. _fresh];
            _fresh.Clear();
        }
        foreach (var (request, action) in fresh)
        {
            var entries = await parts.Store.ReadAsync(s => AuditReader.FindAsync(s, request), TestContext.Current.CancellationToken);
            Assert.Contains(entries, e => e.Event.Action == action && e.Event.Outcome == AuditOutcome.Allowed);
        }
    }
}
