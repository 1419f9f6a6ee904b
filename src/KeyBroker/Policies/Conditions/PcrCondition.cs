using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.References;

namespace Coffer.KeyBroker.Policies.Conditions;

/// <summary>Holds quoted PCRs to the host's baseline, or to what a reference set lists for each.</summary>
/// <param name="bank">Such as <c>sha256</c>.</param>
/// <param name="registers">Each 0 to 23.</param>
/// <param name="reference">The set; null for the baseline that was recorded when the host was approved.</param>
internal sealed class PcrCondition(string bank, IReadOnlyList<int> registers, string? reference) : Condition
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdefABCDEF");

    private readonly string _title = reference is null ? $"pcrs {bank} equal the host's baseline" : $"pcrs {bank} in reference set {reference}";

    public override ConditionResult Evaluate(PolicyContext context)
    {
        string? why = null;
        var set = reference is null ? null : context.Reference(reference, out why);
        if (why is not null) return new ConditionResult(_title, null) { Note = why };
        var (quotes, baseline) = (context.Claim(["tpm", "pcrs", bank]), set is null ? context.Claim(["host", "baseline", bank]) : null);
        var (expected, actual) = (new JsonObject(), new JsonObject());
        var (differ, unknown) = (new List<string>(), new List<string>());
        foreach (var register in registers)
        {
            var name = register.ToString(CultureInfo.InvariantCulture);
            var quoted = Hex(quotes, name);
            var known = set is not null ? set.Register(bank, register) : Hex(baseline, name) is { } recorded ? [recorded] : [];
            actual[name] = quoted;
            expected[name] = Shown(known);
            if (quoted is null || known.Count == 0) unknown.Add(name);
            else if (!known.Contains(quoted, StringComparer.OrdinalIgnoreCase)) differ.Add(name);
        }
        return new ConditionResult(_title, differ.Count > 0 ? false : unknown.Count > 0 ? null : true)
        {
            Expected = expected,
            Actual = actual,
            Note = differ.Count > 0 ? $"register {string.Join(", ", differ)} differs"
                : unknown.Count > 0 ? $"register {string.Join(", ", unknown)} was not quoted, or nothing is known to compare it with"
                : null,
        };
    }

    private static string? Hex(JsonElement? registers, string name) =>
        registers is { ValueKind: JsonValueKind.Object } all && all.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            && value.GetString() is { Length: > 0 and <= 128 } text && !text.AsSpan().ContainsAnyExcept(Digits) ? text : null;

    private static JsonValue? Shown(IReadOnlyList<string> known) => known.Count switch
    {
        0 => null,
        1 => JsonValue.Create(known[0]),
        _ => JsonValue.Create($"one of {known.Count}: {string.Join(' ', known.Take(4))}{(known.Count > 4 ? " ..." : "")}"),
    };
}
