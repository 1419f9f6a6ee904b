using System.Text.Json.Nodes;
using Coffer.KeyBroker.Documents;

namespace Coffer.KeyBroker.Resources;

/// <summary>What stays of a resource that was deleted, so that nobody takes its path for a new one unawares.</summary>
/// <param name="Deleted">When.</param>
/// <param name="By">The access token that deleted it.</param>
/// <param name="Last">The last version's number; a resource put here again goes on behind it.</param>
internal sealed record ResourceTombstone(DateTimeOffset Deleted, string? By, int Last)
{
    public byte[] Write() => StoredDocument.Write(new JsonObject { ["deleted"] = StoredDocument.Time(Deleted), ["by"] = By, ["last"] = Last });

    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>: it is none.</exception>
    public static ResourceTombstone Read(byte[] record) => StoredDocument.Read("tombstone", record, o => new ResourceTombstone(StoredDocument.Time(o["deleted"]), (string?)o["by"], (int)o["last"]!));

    /// <summary>In words, such as for the audit.</summary>
    public override string ToString() => $"it was deleted at {Moments.Text(Deleted)}{(By is null ? "" : $" by {By}")}";
}
