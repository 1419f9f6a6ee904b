namespace Coffer.Interop.Keys;

/// <summary>Somebody whom images are encrypted for: what goes behind <c>-e</c>, and what opens the image again behind <c>-d</c>.</summary>
/// <param name="Name">Its name in <see cref="RecipientNames"/>.</param>
/// <param name="Encrypt">Every value of <c>--encryption-key</c>.</param>
/// <param name="Decrypt">Every value of <c>--decryption-key</c>.</param>
/// <param name="Schemes">Ends of the annotations that a layer encrypted for it has, in alphabetical order: <c>jwe</c>, <c>provider.shop</c>.</param>
internal sealed record Recipient(string Name, string[] Encrypt, string[] Decrypt, params string[] Schemes)
{
    /// <summary>What both the product and the peer need in their environment.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Both recipients at once, opened with this one's key.</summary>
    public Recipient And(Recipient other, string name) => new(
        name, [.. other.Encrypt, .. Encrypt], Decrypt, [.. Schemes.Concat(other.Schemes).Distinct().Order(StringComparer.Ordinal)])
    {
        Environment = Environment.Concat(other.Environment).DistinctBy(v => v.Key).ToDictionary(v => v.Key, v => v.Value),
    };
}
