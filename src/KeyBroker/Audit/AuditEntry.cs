using System.Globalization;
using System.Text.Json.Nodes;

namespace Coffer.KeyBroker.Audit;

/// <summary>An entry as it stands in a chain.</summary>
/// <param name="Writer">Whose chain.</param>
/// <param name="Sequence">Its place there, from 1.</param>
/// <param name="Time">When it was written, by the broker's clock.</param>
/// <param name="Event">What happened.</param>
/// <param name="Previous">SHA-256 of the entry before it, 64 hexadecimal digits; of the chain's name for the first.</param>
internal sealed record AuditEntry(string Writer, long Sequence, DateTimeOffset Time, AuditEvent Event, string Previous)
{
    /// <summary>Where a page that begins behind this entry continues (<see cref="AuditQuery.After"/>).</summary>
    public string Cursor => AuditKeys.Entry(Writer, Sequence);

    /// <summary>For lists and people's tools: <c>seq, writer, time, request_id, action, outcome, reason</c>, and where they are <c>actor</c>, <c>subject</c>, <c>explanation</c>.</summary>
    /// <param name="withExplanation">Whether the tree of conditions is in it.</param>
    public JsonObject ToJson(bool withExplanation)
    {
        var json = new JsonObject
        {
            ["seq"] = Sequence,
            ["writer"] = Writer,
            ["time"] = Time.ToString(AuditCodec.TimeForm, CultureInfo.InvariantCulture),
            ["request_id"] = Event.RequestId,
            ["action"] = Event.Action,
            ["outcome"] = AuditCodec.Word(Event.Outcome),
            ["reason"] = Event.Reason,
        };
        if (Event.Actor is { } actor) json["actor"] = actor;
        if (Event.Subject is { } subject) json["subject"] = subject;
        if (withExplanation && Event.Explanation is { } explanation) json["explanation"] = explanation.DeepClone();
        return json;
    }
}
