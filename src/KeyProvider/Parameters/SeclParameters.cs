using Coffer.Oci;

namespace Coffer.KeyProvider.Parameters;

/// <summary>
/// The form of Intel SecL: <c>asset-tag:NAME:VALUE</c>, several of them separated by <c>;</c> or <c>,</c>, or <c>key-id:UUID</c>.
/// SecL's own tool wraps without any restriction where it does not understand a tag; here that is an error.
/// </summary>
internal static class SeclParameters
{
    private const string AssetTag = "asset-tag:", KeyId = "key-id:";
    private const int MostTags = 64;
    private const int MostCharacters = 256; // of a name or a value

    /// <summary>The selection; null where the text is of neither form.</summary>
    public static KeySelection? Read(string provider, string text) =>
        text.StartsWith(AssetTag, StringComparison.Ordinal) ? new KeySelection(AssetTags: Tags(provider, text[AssetTag.Length..]))
        : text.StartsWith(KeyId, StringComparison.Ordinal) ? new KeySelection(Uuid(provider, text[KeyId.Length..]))
        : null;

    private static List<KeyValuePair<string, string>> Tags(string provider, string text)
    {
        var parts = text.Split(';', ',');
        if (parts.Length > MostTags) throw ParameterFault.Because(provider, $"{parts.Length} asset tags; at most {MostTags} are read", null);
        var tags = new List<KeyValuePair<string, string>>(parts.Length);
        foreach (var part in parts)
        {
            if (part.Split(':') is not [var name, var value] || !IsWord(name) || !IsWord(value))
            {
                throw ParameterFault.Because(provider, $"the asset tag '{Printable.Of(part)}' is not of the form NAME:VALUE", "write asset-tag:NAME:VALUE;NAME:VALUE, without spaces around names and values");
            }
            if (tags.Any(t => t.Key == name)) throw ParameterFault.Because(provider, $"the asset tag '{Printable.Of(name, 64)}' stands twice", null);
            tags.Add(new(name, value));
        }
        return tags;
    }

    private static bool IsWord(string text) =>
        text.Length is > 0 and <= MostCharacters && Printable.Of(text) == text && !char.IsWhiteSpace(text[0]) && !char.IsWhiteSpace(text[^1]);

    private static string Uuid(string provider, string text) => Guid.TryParseExact(text, "D", out var id)
        ? id.ToString("D")
        : throw ParameterFault.Because(provider, $"key-id:{Printable.Of(text, 64)} is not a UUID", "a key of another name is asked for by keyid=ID");
}
