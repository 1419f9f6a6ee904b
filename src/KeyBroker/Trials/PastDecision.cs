using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Audit;

namespace Coffer.KeyBroker.Trials;

/// <summary>A decision of policies as the audit has it.</summary>
/// <param name="Entry">Its entry.</param>
/// <param name="Explanation">The entry's.</param>
/// <param name="Resource">Of which resource.</param>
/// <param name="Allowed">What policies said; whether the resource was there is another matter.</param>
/// <param name="Time">The moment that counted.</param>
internal sealed record PastDecision(AuditEntry Entry, JsonObject Explanation, string Resource, bool Allowed, DateTimeOffset Time)
{
    /// <summary>The action of their entries.</summary>
    public const string Action = "resource.release";

    /// <summary>What every entry of one has in its text.</summary>
    public static ReadOnlySpan<byte> ActionBytes => "\"action\":\"resource.release\""u8;

    /// <summary>Null where the entry is none: something else happened, or the machine was refused before policies were asked.</summary>
    public static PastDecision? Of(AuditEntry entry)
    {
        if (entry.Event.Action != Action || entry.Event.Subject is not { } resource || entry.Event.Explanation is not { } explanation) return null;
        // Where the tree was too large for the entry, its outcome is told by the entry's own.
        var allowed = explanation["allowed"] is JsonValue value && value.TryGetValue<bool>(out var said) ? said : entry.Event.Outcome != AuditOutcome.Denied;
        var time = explanation["time"] is JsonValue text && text.TryGetValue<string>(out var written)
            && DateTimeOffset.TryParseExact(written, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : entry.Time;
        return new PastDecision(entry, explanation, resource, allowed, time);
    }

    /// <summary>For people's tools: <c>request_id, time, outcome, reason</c>.</summary>
    public JsonObject ToJson() => new()
    {
        ["request_id"] = Entry.Event.RequestId,
        ["time"] = Entry.Time.ToString(AuditCodec.TimeForm, CultureInfo.InvariantCulture),
        ["outcome"] = AuditCodec.Word(Entry.Event.Outcome),
        ["reason"] = Entry.Event.Reason,
    };
}
