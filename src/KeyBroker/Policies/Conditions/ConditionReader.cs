using System.Text.Json;
using Coffer.KeyBroker.Documents;

namespace Coffer.KeyBroker.Policies.Conditions;

/// <summary>Reads conditions, of one policy.</summary>
internal sealed class ConditionReader(DocumentProblems problems)
{
    private static readonly string[] Kinds = ["all", "any", "not", "claim", "tee", "host", "time", "pcrs"];
    private readonly HashSet<string> _references = [];
    private readonly LeafReader _leaves = new(problems);
    private int _count;
    private int _depth;

    public IReadOnlyCollection<string> References => _references;

    public bool NamesSample => _leaves.NamesSample;

    /// <summary>Null, and problems, where it is none.</summary>
    public Condition? Read(JsonElement element, string path)
    {
        if (++_count > PolicyLimits.MostConditions)
        {
            if (_count == PolicyLimits.MostConditions + 1) problems.Add(path, $"is one condition more than the {PolicyLimits.MostConditions} allowed");
            return null;
        }
        if (_depth == PolicyLimits.MostDepth)
        {
            problems.Add(path, $"is nested deeper than the {PolicyLimits.MostDepth} conditions allowed");
            return null;
        }
        _depth++;
        try
        {
            return DocumentObject.Of(element, path, problems) is { } members ? Read(members, path) : null;
        }
        finally
        {
            _depth--;
        }
    }

    private Condition? Read(DocumentObject members, string path)
    {
        var kinds = Kinds.Where(members.Has).ToList();
        if (kinds.Count != 1)
        {
            problems.Add(path, kinds.Count == 0 ? $"is no condition: it has none of {string.Join(", ", Kinds)}" : $"is several conditions in one: {string.Join(", ", kinds)}");
            return null;
        }
        var condition = kinds[0] switch
        {
            "all" => Several(members, "all") is { } all ? new AllCondition(all) : null,
            "any" => Several(members, "any") is { } any ? new AnyCondition(any) : null,
            "not" => Read(members.Any("not")!.Value, members.Path("not")) is { } inner ? new NotCondition(inner) : (Condition?)null,
            "claim" => _leaves.Claim(members, _references),
            "tee" => _leaves.Tee(members),
            "host" => _leaves.Host(members),
            "time" => _leaves.Time(members),
            _ => _leaves.Pcrs(members, _references),
        };
        members.End();
        return condition;
    }

    private List<Condition>? Several(DocumentObject members, string name)
    {
        var list = members.List(name, PolicyLimits.MostConditions);
        var read = list.Select(e => Read(e.Value, e.Path)).ToList();
        return read.Count > 0 && read.All(c => c is not null) ? read.ConvertAll(c => c!) : null;
    }
}
