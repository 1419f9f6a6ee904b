using Coffer.KeyBroker.Audit.Checkpoints;
using Coffer.KeyBroker.Documents;

namespace Coffer.KeyBroker.Audit.Offline;

/// <summary>What writes an export has to know of its lines.</summary>
public static class ExportFile
{
    /// <summary>The first line of an export, without its end.</summary>
    /// <param name="from">The checkpoint behind which entries begin; 0 for the beginning.</param>
    /// <param name="to">The one at which they end.</param>
    /// <param name="now">When it is exported.</param>
    public static string Header(long from, long to, DateTimeOffset now) => JsonText.Of(ExportLine.Header(from, to, now));

    /// <summary>What a checkpoint says; its signature is not looked at.</summary>
    /// <param name="jws">As the broker answered it.</param>
    /// <returns>Its number, its time, and where each chain ends.</returns>
    /// <exception cref="FormatException">It is none.</exception>
    public static (long Number, DateTimeOffset Time, IReadOnlyDictionary<string, long> Heads) Read(string jws)
    {
        var checkpoint = AuditCheckpoint.OfStore(jws);
        return (checkpoint.Number, checkpoint.Time, checkpoint.Heads.ToDictionary(h => h.Writer, h => h.Sequence));
    }
}
