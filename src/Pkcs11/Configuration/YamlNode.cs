namespace Coffer.Pkcs11.Configuration;

/// <summary>A piece of a YAML document; one of the three kinds has a value.</summary>
internal sealed record YamlNode(
    string? Scalar = null, IReadOnlyDictionary<string, YamlNode>? Map = null, IReadOnlyList<YamlNode>? List = null)
{
    /// <summary>The member of a map; null when it is absent or empty.</summary>
    public YamlNode? Member(string name, string where)
    {
        if (Map is null)
            throw new Pkcs11Exception($"{where} is not a map");
        return Map.TryGetValue(name, out var node) && node.Scalar is not ("" or "~" or "null") ? node : null;
    }
}
