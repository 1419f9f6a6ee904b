using System.Text.Json.Nodes;
using Coffer.KeyBroker.Documents;

namespace Coffer.KeyBroker.Resources;

/// <summary>Heads of resources as records: <c>{"current","named","labels","expires","versions":[{"n","bytes","put","by","expires","retires","permitted","wraps"}]}</c>, times in milliseconds.</summary>
internal static class ResourceHeadRecord
{
    public static byte[] Write(ResourceHead head)
    {
        var record = new JsonObject { ["current"] = head.Current, ["named"] = head.Named, ["labels"] = JsonText.Texts(head.Labels) };
        Set(record, "expires", head.Expires);
        record["versions"] = new JsonArray([.. head.Versions.Select(v => (JsonNode?)Version(v))]);
        return StoredDocument.Write(record);
    }

    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>: it is none.</exception>
    public static ResourceHead Read(string path, byte[] record) => StoredDocument.Read("resource", record, o =>
    {
        var versions = o["versions"]!.AsArray().Select(v => Version(v!.AsObject())).ToList();
        return new ResourceHead(ResourcePath.Parse(path), (int)o["current"]!, (int)o["named"]!, versions.Count > 0 ? versions : throw new FormatException())
        {
            Labels = StoredDocument.Texts(o["labels"]), Expires = StoredDocument.OptionalTime(o["expires"]),
        };
    });

    private static JsonObject Version(ResourceVersion version)
    {
        var record = new JsonObject { ["n"] = version.Number, ["bytes"] = version.Bytes };
        Set(record, "put", version.Put);
        if (version.By is { } by) record["by"] = by;
        Set(record, "expires", version.Expires);
        Set(record, "retires", version.Retires);
        Set(record, "permitted", version.PermittedUntil);
        if (version.Wraps) record["wraps"] = true;
        return record;
    }

    private static ResourceVersion Version(JsonObject record) => new((int)record["n"]!, (int)record["bytes"]!, StoredDocument.OptionalTime(record["put"]), (string?)record["by"])
    {
        Expires = StoredDocument.OptionalTime(record["expires"]),
        Retires = StoredDocument.OptionalTime(record["retires"]),
        PermittedUntil = StoredDocument.OptionalTime(record["permitted"]),
        Wraps = (bool?)record["wraps"] ?? false,
    };

    private static void Set(JsonObject record, string name, DateTimeOffset? time)
    {
        if (time is { } moment) record[name] = StoredDocument.Time(moment);
    }
}
