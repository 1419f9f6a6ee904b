using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Audit.Checkpoints;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Audit.Offline;

/// <summary>Lines of an exported audit (docs/broker/audit.md): first an <c>export</c>, then checkpoints by number, then entries chain by chain.</summary>
internal static class ExportLine
{
    public const string ExportKind = "export", CheckpointKind = "checkpoint", EntryKind = "entry";
    public const int Version = 1;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary><c>{"v","kind","number","jws"}</c>.</summary>
    public static JsonObject Of(SignedCheckpoint checkpoint) => new() { ["v"] = Version, ["kind"] = CheckpointKind, ["number"] = checkpoint.Statement.Number, ["jws"] = checkpoint.Text };

    /// <summary><c>{"v","kind","writer","seq","entry"}</c>: the entry's bytes as a text, to be hashed as they are.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: it is no text.</exception>
    public static JsonObject Of(string writer, StoredRecord record)
    {
        if (AuditKeys.Parse(record.Key) is not { } place) throw AuditBreak.OfChain(record.Key, "is none");
        try
        {
            return new JsonObject { ["v"] = Version, ["kind"] = EntryKind, ["writer"] = writer, ["seq"] = place.Sequence, ["entry"] = Strict.GetString(record.Value) };
        }
        catch (ArgumentException)
        {
            throw AuditBreak.At(writer, place.Sequence, "cannot be read");
        }
    }

    /// <summary>The first line: <c>{"v","kind","from","to","time"}</c>.</summary>
    /// <param name="from">The checkpoint behind which the entries begin; 0 for the beginning.</param>
    /// <param name="to">The one at which they end.</param>
    /// <param name="now">When it was exported.</param>
    public static JsonObject Header(long from, long to, DateTimeOffset now) => new()
    {
        ["v"] = Version, ["kind"] = ExportKind, ["from"] = from, ["to"] = to, ["time"] = now.UtcDateTime.ToString(AuditCodec.TimeForm, CultureInfo.InvariantCulture),
    };
}
