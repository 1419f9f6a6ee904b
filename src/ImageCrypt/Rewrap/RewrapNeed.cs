using Coffer.ImageCrypt.KeyWrap;
using Coffer.ImageCrypt.Layers;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Rewrap;

/// <summary>Tells by the key ids in packets which layers still have to be rewrapped. What names no key, such as a JWE, always has to.</summary>
public static class RewrapNeed
{
    /// <summary>The keys that a layer's packets name, in their order.</summary>
    /// <exception cref="CofferException">The layer's annotations are malformed.</exception>
    public static IReadOnlyList<string> KeyIds(Descriptor layer) => [.. Keys(layer).Select(k => k.KeyId!)];

    /// <summary>Whether the layer is wrapped for every recipient, under the key that each uses now.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="add">Who is to open it.</param>
    /// <param name="removes">Whether other versions of these keys are to go: then the layer must not name one.</param>
    /// <exception cref="CofferException">The layer's annotations are malformed.</exception>
    public static bool IsDone(Descriptor layer, RecipientSet add, bool removes)
    {
        ArgumentNullException.ThrowIfNull(add);
        var keys = Keys(layer);
        return add.Tried.All(t => t.KeyId is not null && keys.Contains(t) && !(removes && keys.Any(k => k != t && k.Annotation == t.Annotation && Name(k.KeyId!) == Name(t.KeyId))));
    }

    private static List<TriedRecipient> Keys(Descriptor layer) =>
    [
        .. EncryptedLayer.Parse(layer, BuiltInSchemes.All).Packets
            .SelectMany(p => p.Recipients, (p, r) => new TriedRecipient(p.Annotation, r.KeyId))
            .Where(k => k.KeyId is not null && k.Annotation.StartsWith(EncAnnotations.ProviderPrefix, StringComparison.Ordinal)),
    ];

    // A key's name without its version: what stands before the question mark, or in a local key's name before the last slash.
    private static string Name(string keyId) =>
        keyId.IndexOf('?', StringComparison.Ordinal) is >= 0 and var question ? keyId[..question]
        : keyId.StartsWith("coffer-", StringComparison.Ordinal) ? keyId[..keyId.LastIndexOf('/')]
        : keyId;
}
