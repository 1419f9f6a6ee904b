namespace Coffer.KeyBroker.References;

/// <summary>Values that policies compare claims with, under a name: values of PCRs by bank and register, and lists of texts.</summary>
internal sealed class ReferenceSet
{
    private readonly IReadOnlyDictionary<(string Bank, int Register), IReadOnlyList<string>> _registers;
    private readonly IReadOnlyDictionary<string, IReadOnlySet<string>> _texts;

    internal ReferenceSet(
        string name, IReadOnlyDictionary<(string Bank, int Register), IReadOnlyList<string>> registers, IReadOnlyDictionary<string, IReadOnlySet<string>> texts) =>
        (Name, _registers, _texts) = (name, registers, texts);

    /// <summary>1 to 128 letters, digits, dashes, underscores and dots.</summary>
    public string Name { get; }

    /// <summary>What its author says of it; null where nothing.</summary>
    public string? Description { get; init; }

    /// <summary>From when on it matches nothing; null for never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>How many values there are in all.</summary>
    public int Count => _registers.Values.Sum(v => v.Count) + _texts.Values.Sum(v => v.Count);

    /// <summary>What a register may have, in lower-case hexadecimal; empty where the set does not say.</summary>
    public IReadOnlyList<string> Register(string bank, int register) => _registers.TryGetValue((bank, register), out var values) ? values : [];

    /// <summary>A list of texts; null where the set has none of that name.</summary>
    public IReadOnlySet<string>? Texts(string name) => _texts.TryGetValue(name, out var values) ? values : null;
}
