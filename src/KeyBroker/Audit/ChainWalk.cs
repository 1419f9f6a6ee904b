namespace Coffer.KeyBroker.Audit;

/// <summary>Goes over the entries of all chains in the order of their keys and stops at the first that does not follow from the one before it.</summary>
/// <param name="heads">Where each chain ends, authenticated.</param>
/// <param name="expected">Heads that were seen earlier and must lie on their chains.</param>
internal sealed class ChainWalk(IReadOnlyDictionary<string, AuditHead> heads, IReadOnlyList<AuditHead> expected)
{
    private readonly HashSet<string> _seen = [];
    private readonly HashSet<AuditHead> _missing = [.. expected];
    private string? _writer;
    private long _sequence;
    private string _previous = "";
    private long _entries;

    /// <exception cref="BrokerException">Exit status 4: it breaks the chain.</exception>
    public void Step(Storage.StoredRecord record)
    {
        if (AuditKeys.Parse(record.Key) is not { } place) throw AuditBreak.OfChain(record.Key, "is none");
        if (place.Writer != _writer) Begin(place.Writer);
        if (place.Sequence != _sequence + 1) throw AuditBreak.At(place.Writer, _sequence + 1, "is missing");
        if (AuditCodec.Read(place.Writer, record.Value) is not { } entry) throw AuditBreak.At(place.Writer, place.Sequence, "cannot be read");
        if (entry.Sequence != place.Sequence) throw AuditBreak.At(place.Writer, place.Sequence, $"says that it is entry {entry.Sequence}");
        if (entry.Previous != _previous) throw AuditBreak.At(place.Writer, place.Sequence, "does not follow from the one before it: one of the two was changed");
        _sequence = place.Sequence;
        _previous = AuditCodec.Hash(record.Value);
        _entries++;
        _missing.Remove(new AuditHead(place.Writer, _sequence, _previous));
    }

    /// <returns>How many entries there were.</returns>
    /// <exception cref="BrokerException">Exit status 4: a chain ends before or behind its head, or lacks what was expected of it.</exception>
    public long End()
    {
        EndChain();
        if (heads.Keys.FirstOrDefault(w => !_seen.Contains(w)) is { } empty) throw AuditBreak.OfChain(empty, $"is broken: all of its {heads[empty].Sequence} entries are missing");
        if (_missing.OrderBy(h => h.Sequence).FirstOrDefault() is { } lost) throw Lost(lost);
        return _entries;
    }

    private BrokerException Lost(AuditHead lost)
    {
        if (!heads.TryGetValue(lost.Writer, out var head)) return AuditBreak.OfChain(lost.Writer, "is gone: an earlier head of it was expected");
        return head.Sequence < lost.Sequence
            ? AuditBreak.OfChain(lost.Writer, $"was put back: it ends at entry {head.Sequence}, and entry {lost.Sequence} was expected")
            : AuditBreak.At(lost.Writer, lost.Sequence, "is another than the expected one: the chain was written anew");
    }

    private void Begin(string writer)
    {
        EndChain();
        _writer = writer;
        _seen.Add(writer);
        _sequence = 0;
        _previous = AuditCodec.Beginning(writer);
    }

    private void EndChain()
    {
        if (_writer is null) return;
        if (!heads.TryGetValue(_writer, out var head)) throw AuditBreak.OfHead(_writer, "is missing");
        if (head.Sequence > _sequence) throw AuditBreak.At(_writer, _sequence + 1, $"is missing: the head says that there are {head.Sequence}");
        if (head.Sequence < _sequence) throw AuditBreak.At(_writer, head.Sequence + 1, "stands behind the head");
        if (head.Hash != _previous) throw AuditBreak.At(_writer, _sequence, "was changed");
    }
}
