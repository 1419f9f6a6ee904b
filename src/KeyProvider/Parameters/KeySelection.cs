namespace Coffer.KeyProvider.Parameters;

/// <summary>Which key the user of <c>--encryption-key provider:NAME:PARAMETERS</c> asks for. Every restriction here binds: a source that cannot keep one refuses.</summary>
/// <param name="KeyId">The key's name; null for the source's default key.</param>
/// <param name="KeyFile">A key file inside the source's folder, from <c>keypath=</c>; only a command's caller may name one.</param>
/// <param name="UseSampleKey">The public sample key of Confidential Containers, from <c>sample=true</c>.</param>
/// <param name="AssetTags">SecL's <c>asset-tag:</c>, each a name and a value that the unwrapping host must carry; empty for none.</param>
public sealed record KeySelection(
    string? KeyId = null, string? KeyFile = null, bool UseSampleKey = false, IReadOnlyList<KeyValuePair<string, string>>? AssetTags = null)
{
    /// <summary>As above; never null.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> AssetTags { get; init; } = AssetTags ?? [];
}
