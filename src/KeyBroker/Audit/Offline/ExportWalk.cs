using System.Text;
using Coffer.KeyBroker.Audit.Checkpoints;

namespace Coffer.KeyBroker.Audit.Offline;

/// <summary>
/// Goes over an export: checkpoints first, each signed and naming the one before it, then entries chain by chain. Holds the heads that
/// checkpoints name and no entries, so that its memory grows with the checkpoints alone.
/// </summary>
/// <param name="from">The checkpoint behind which entries begin; 0 for the beginning of all chains.</param>
internal sealed class ExportWalk(long from)
{
    private readonly Dictionary<string, AuditHead> _base = [];
    private readonly Dictionary<(string Writer, long Sequence), string> _expected = [];
    private readonly HashSet<string> _ended = [];
    private SignedCheckpoint? _last;
    private Dictionary<string, AuditHead> _heads = [];
    private string? _writer;
    private long _sequence;
    private string _previous = "";
    private long _entries;

    /// <param name="checkpoint">Its signature holds.</param>
    /// <param name="text">As it was signed.</param>
    /// <exception cref="BrokerException">Exit status 4.</exception>
    public void Checkpoint(AuditCheckpoint checkpoint, string text)
    {
        if (_writer is not null) throw ExportBreak.Of($"checkpoint {checkpoint.Number} stands behind entries");
        var isBase = _last is null && from > 0;
        var number = _last is null ? Math.Max(from, 1) : _last.Statement.Number + 1;
        if (from < 0 || checkpoint.Number != number) throw ExportBreak.Of($"checkpoint {number} is missing: number {checkpoint.Number} stands in its place");
        if (!isBase && checkpoint.Previous != (_last is null ? null : AuditCheckpoint.HashOf(_last.Text))) throw ExportBreak.Of($"checkpoint {checkpoint.Number} does not follow from the one before it");
        var heads = new Dictionary<string, AuditHead>();
        foreach (var head in checkpoint.Heads)
        {
            if (!heads.TryAdd(head.Writer, head)) throw ExportBreak.Of($"checkpoint {checkpoint.Number} names a chain twice");
            if (isBase) _base[head.Writer] = head;
            else if (_expected.TryGetValue((head.Writer, head.Sequence), out var hash) && hash != head.Hash) throw Rewritten(checkpoint.Number);
            if (!isBase && !(_base.GetValueOrDefault(head.Writer) == head)) _expected[(head.Writer, head.Sequence)] = head.Hash;
        }
        if (_heads.Values.Any(h => heads.GetValueOrDefault(h.Writer) is not { } now || now.Sequence < h.Sequence || (now.Sequence == h.Sequence && now.Hash != h.Hash))) throw Rewritten(checkpoint.Number);
        (_last, _heads) = (new SignedCheckpoint(checkpoint, text), heads);
    }

    /// <exception cref="BrokerException">Exit status 4: it does not follow.</exception>
    public void Entry(string writer, string text)
    {
        if (_last is null) throw ExportBreak.Of("an entry stands in front of the first checkpoint");
        if (writer != _writer) Begin(writer);
        var bytes = Encoding.UTF8.GetBytes(text);
        var sequence = _sequence + 1;
        if (AuditCodec.Read(writer, bytes) is not { } entry) throw ExportBreak.OfEntry(writer, sequence, "cannot be read");
        if (entry.Sequence != sequence) throw ExportBreak.OfEntry(writer, sequence, $"is missing: entry {entry.Sequence} stands in its place");
        if (entry.Previous != _previous) throw ExportBreak.OfEntry(writer, sequence, "does not follow from the one before it: one of the two was changed");
        if (sequence > _heads[writer].Sequence) throw ExportBreak.OfEntry(writer, sequence, "stands behind the last checkpoint: nothing vouches for it");
        (_sequence, _previous) = (sequence, AuditCodec.Hash(bytes));
        _entries++;
        if (_expected.Remove((writer, sequence), out var hash) && hash != _previous) throw ExportBreak.OfEntry(writer, sequence, "is not the one that a checkpoint names: it, or one before it, was changed");
    }

    /// <param name="leastCheckpoint">The least number that the last checkpoint has to have; null for any.</param>
    /// <exception cref="BrokerException">Exit status 4: something is missing.</exception>
    public OfflineAuditResult End(long? leastCheckpoint)
    {
        if (_last is null) throw ExportBreak.Of("the file has no checkpoint: nothing vouches for it");
        if (_expected.Keys.Order().Select(k => ((string, long)?)k).FirstOrDefault() is (var writer, var sequence)) throw ExportBreak.OfEntry(writer, sequence, "is missing, and a checkpoint names it: the chain was cut");
        if (_last.Statement.Number < leastCheckpoint) throw ExportBreak.Of($"the file ends at checkpoint {_last.Statement.Number}, and {leastCheckpoint} was expected");
        return new OfflineAuditResult(_entries, _heads.Count, from, _last.Statement.Number, _last.Statement.Time);
    }

    private void Begin(string writer)
    {
        if (!AuditWriter.IsId(writer) || !_heads.ContainsKey(writer)) throw ExportBreak.Of($"no checkpoint names the audit chain {Oci.Printable.Of(writer, 32)}");
        if (_writer is not null) _ended.Add(_writer);
        if (_ended.Contains(writer)) throw ExportBreak.Of($"the audit chain {writer} stands in two places");
        _writer = writer;
        (_sequence, _previous) = _base.TryGetValue(writer, out var head) ? (head.Sequence, head.Hash) : (0, AuditCodec.Beginning(writer));
    }

    private static BrokerException Rewritten(long number) => ExportBreak.Of($"checkpoint {number} contradicts an earlier one: the store was put back or written anew in between");
}
