using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Documents;

namespace Coffer.KeyBroker.Policies.Conditions;

/// <summary>Reads the conditions that have no others in them.</summary>
internal sealed class LeafReader(DocumentProblems problems)
{
    private const int MostWord = 64;
    private static readonly string[] DayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    private static readonly string[] States = ["pending", "approved", "revoked"];
    private readonly ClaimTestReader _tests = new(problems);

    public bool NamesSample { get; private set; }

    public ClaimCondition? Claim(DocumentObject members, ISet<string> references)
    {
        var path = members.Text("claim", PolicyLimits.MostClaim);
        var test = _tests.Read(members, references);
        if (path is null) return null;
        var names = path.Split('.');
        if (names.Length > PolicyLimits.MostClaimSegments || names.Any(n => n.Length == 0))
        {
            members.Add("claim", $"is no path of 1 to {PolicyLimits.MostClaimSegments} names with dots between them");
            return null;
        }
        return test is null ? null : new ClaimCondition(names, test);
    }

    public ClaimCondition? Tee(DocumentObject members)
    {
        var tees = members.Texts("tee", 32, MostWord, orOne: true);
        NamesSample |= tees.Contains("sample");
        return tees.Count == 0 ? null : new ClaimCondition(["tee"], OneOf(tees));
    }

    public AllCondition? Host(DocumentObject members)
    {
        if (Inner(members, "host") is not { } host) return null;
        var conditions = new List<Condition>();
        var states = host.Texts("state", States.Length, MostWord, orOne: true, check: s => States.Contains(s) ? null : $"is none of {string.Join(", ", States)}");
        if (states.Count > 0) conditions.Add(new ClaimCondition(["host", "state"], OneOf(states)));
        if (Inner(host, "labels") is { } labels)
        {
            foreach (var name in labels.Names.Take(PolicyLimits.MostElements).ToList())
            {
                var values = labels.Texts(name, PolicyLimits.MostElements, PolicyLimits.MostText, orOne: true);
                if (values.Count > 0) conditions.Add(new ClaimCondition(["host", "labels", name], OneOf(values)));
            }
            labels.End();
            if (!labels.Names.Any()) host.Add("labels", "is empty");
        }
        if (!host.Has("state") && !host.Has("labels")) members.Add("host", "has neither 'state' nor 'labels'");
        host.End();
        return conditions.Count == 0 ? null : new AllCondition(conditions, "host");
    }

    public TimeCondition? Time(DocumentObject members)
    {
        if (Inner(members, "time") is not { } time) return null;
        var days = time.Texts("days", DayNames.Length, MostWord, orOne: true, check: d => DayNames.Contains(d) ? null : $"is none of {string.Join(", ", DayNames)}");
        var condition = new TimeCondition
        {
            From = time.Moment("from"),
            Until = time.Moment("until"),
            Days = [.. days.Select(d => (DayOfWeek)Array.IndexOf(DayNames, d))],
            Hours = Hours(time),
            Written = JsonObject.Create(members.Any("time")!.Value.Clone()),
        };
        if (!time.Names.Any()) members.Add("time", "is empty: it has any of from, until, days, hours");
        if (condition.From >= condition.Until) time.Add("until", "is not later than 'from'");
        time.End();
        return condition;
    }

    public PcrCondition? Pcrs(DocumentObject members, ISet<string> references)
    {
        if (Inner(members, "pcrs") is not { } pcrs) return null;
        var bank = pcrs.Text("bank", MostWord, required: true);
        if (bank is not null && PcrBank.HexCharacters(bank) is null)
        {
            pcrs.Add("bank", $"is none of {string.Join(", ", PcrBank.Names)}");
            bank = null;
        }
        var registers = new List<int>();
        foreach (var (value, path) in pcrs.List("registers", PcrBank.Registers, required: true))
        {
            if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var register) && register is >= 0 and < PcrBank.Registers) registers.Add(register);
            else problems.Add(path, $"is no register: a whole number from 0 to {PcrBank.Registers - 1}");
        }
        if (registers.Distinct().Count() != registers.Count) pcrs.Add("registers", "has a register twice");
        var equal = pcrs.Text("equal", MostWord);
        if (equal is not null and not "baseline") pcrs.Add("equal", "is not 'baseline'");
        var reference = pcrs.Text("reference", PolicyLimits.MostName);
        if (reference is not null) references.Add(reference);
        if (pcrs.Has("equal") == pcrs.Has("reference")) members.Add("pcrs", "has one of 'equal' and 'reference'");
        pcrs.End();
        return bank is null || registers.Count == 0 ? null : new PcrCondition(bank, registers, reference);
    }

    private DocumentObject? Inner(DocumentObject members, string name) => members.Any(name) is { } inner ? DocumentObject.Of(inner, members.Path(name), problems) : null;

    private static (TimeOnly From, TimeOnly Until)? Hours(DocumentObject time)
    {
        if (time.Text("hours", MostWord) is not { } text) return null;
        if (text.Length == 11 && text[5] == '-' && Of(text[..5]) is { } from && Of(text[6..]) is { } until && from != until) return (from, until);
        time.Add("hours", "is not two different times such as 08:00-18:00");
        return null;

        static TimeOnly? Of(string part) => TimeOnly.TryParseExact(part, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) ? at : null;
    }

    private static OneOfTest OneOf(IReadOnlyList<string> texts) => new(
        "in", [.. texts.Select(t => new Scalar(JsonValueKind.String, t, 0))], new JsonArray([.. texts.Select(t => (JsonNode?)JsonValue.Create(t))]));
}
