using System.Text.Json.Nodes;

namespace Coffer.Cli.Commands.Broker;

/// <summary>A reference set as it would be, with what is new and what is gone against the present one.</summary>
internal sealed class ReferenceProposal
{
    private readonly HashSet<(string Place, string Value)> _before;
    private readonly JsonObject _values;

    /// <param name="name">The set's.</param>
    /// <param name="present">As it stands; null where there is none.</param>
    /// <param name="replace">Whether present values are dropped, instead of kept beside the new ones.</param>
    public ReferenceProposal(string name, JsonObject? present, bool replace)
    {
        Document = present?.DeepClone().AsObject() ?? new JsonObject { ["name"] = name };
        _before = [.. Walk(Document["values"] as JsonObject)];
        if (replace || Document["values"] is not JsonObject) Document["values"] = new JsonObject();
        _values = Document["values"]!.AsObject();
    }

    /// <summary>As it would be put.</summary>
    public JsonObject Document { get; }

    /// <summary>Values that the present set lacks.</summary>
    public IReadOnlyList<(string Place, string Value)> Added => [.. Walk(_values).Where(v => !_before.Contains(v))];

    /// <summary>Values that the present set has and this one lacks.</summary>
    public IReadOnlyList<(string Place, string Value)> Removed
    {
        get
        {
            var now = Walk(_values).ToHashSet();
            return [.. _before.Where(v => !now.Contains(v)).OrderBy(v => v.Place, StringComparer.Ordinal)];
        }
    }

    /// <summary>Adds learned values, each once.</summary>
    public void Add(JsonObject learned) => Merge(_values, learned);

    private static void Merge(JsonObject into, JsonObject learned)
    {
        foreach (var (name, value) in learned)
        {
            if (value is JsonObject inner)
            {
                if (into[name] is not JsonObject) into[name] = new JsonObject();
                Merge(into[name]!.AsObject(), inner);
                continue;
            }
            var list = into[name] as JsonArray ?? [];
            var there = list.Select(v => (string?)v).ToHashSet();
            foreach (var text in value?.AsArray() ?? [])
            {
                if (there.Add((string?)text)) list.Add(text!.DeepClone());
            }
            into[name] = list.Parent is null ? list : list.DeepClone();
        }
    }

    private static IEnumerable<(string Place, string Value)> Walk(JsonObject? values, string prefix = "")
    {
        foreach (var (name, value) in values ?? [])
        {
            if (value is JsonObject inner)
            {
                foreach (var found in Walk(inner, $"{prefix}{name}.")) yield return found;
            }
            else
            {
                foreach (var text in value as JsonArray ?? []) yield return (prefix + name, (string?)text ?? "");
            }
        }
    }
}
