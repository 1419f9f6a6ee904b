using System.Globalization;
using System.Text.Json;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.Policies.Conditions;

namespace Coffer.KeyBroker.References;

/// <summary>Reads reference sets strictly, with every problem at once (docs/policies.md).</summary>
internal static class ReferenceReader
{
    private const int MostBytes = 1024 * 1024;
    private const int MostValues = 10_000;
    private const int MostLists = 100;
    private const int LeastDigest = 40; // hexadecimal digits

    /// <summary>Reads a set.</summary>
    /// <param name="document">JSON, at most 1 MiB.</param>
    /// <exception cref="InvalidDocumentException">It is not of its form.</exception>
    public static ReferenceSet Read(ReadOnlyMemory<byte> document) => DocumentText.Read(document, "the reference set", MostBytes, Read);

    private static ReferenceSet? Read(JsonElement root, DocumentProblems problems)
    {
        if (DocumentObject.Of(root, "", problems) is not { } members) return null;
        var name = members.Text("name", PolicyLimits.MostName, required: true);
        if (name is not null && !PolicyLimits.IsName(name)) members.Add("name", "is no name: letters, digits, '-', '_' and '.', the first a letter or digit");
        var description = members.Text("description", PolicyLimits.MostText);
        var expires = members.Moment("expires");
        var registers = new Dictionary<(string, int), IReadOnlyList<string>>();
        var texts = new Dictionary<string, IReadOnlySet<string>>();
        if (members.Any("values") is not { } values) members.Add("values", "is missing");
        else if (DocumentObject.Of(values, "values", problems) is { } lists) Lists(lists, problems, registers, texts);
        members.End();
        return problems.Any || name is null ? null : new ReferenceSet(name, registers, texts) { Description = description, Expires = expires };
    }

    private static void Lists(
        DocumentObject lists, DocumentProblems problems, Dictionary<(string, int), IReadOnlyList<string>> registers, Dictionary<string, IReadOnlySet<string>> texts)
    {
        var names = lists.Names.ToList();
        if (names.Count is 0 or > MostLists) problems.Add("values", $"has {names.Count} members; it has 1 to {MostLists}");
        foreach (var name in names.Take(MostLists))
        {
            if (!PolicyLimits.IsName(name)) lists.Add(name.Length > PolicyLimits.MostName ? name[..PolicyLimits.MostName] : name, "is no name: letters, digits, '-', '_' and '.'");
            else if (PcrBank.HexCharacters(name) is { } digits) Bank(lists, name, digits, problems, registers);
            else texts[name] = lists.Texts(name, MostValues, PolicyLimits.MostText).Select(Normal).ToHashSet(StringComparer.Ordinal);
        }
    }

    private static void Bank(DocumentObject lists, string name, int digits, DocumentProblems problems, Dictionary<(string, int), IReadOnlyList<string>> registers)
    {
        if (DocumentObject.Of(lists.Any(name)!.Value, lists.Path(name), problems) is not { } bank) return;
        foreach (var register in bank.Names.Take(PcrBank.Registers + 1).ToList())
        {
            if (!int.TryParse(register, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number >= PcrBank.Registers || number.ToString(CultureInfo.InvariantCulture) != register)
            {
                bank.Add(register.Length > 16 ? register[..16] : register, $"is no register: 0 to {PcrBank.Registers - 1}");
                continue;
            }
            registers[(name, number)] = [.. bank.Texts(
                register, MostValues, digits, check: v => v.Length == digits && v.All(char.IsAsciiHexDigit) ? null : $"is not {digits} hexadecimal digits").Select(v => v.ToLowerInvariant())];
        }
        if (!bank.Names.Any()) lists.Add(name, "is empty");
    }

    // Digests are claimed in lower case.
    private static string Normal(string value) => value.Length >= LeastDigest && value.All(char.IsAsciiHexDigit) ? value.ToLowerInvariant() : value;
}
