using Coffer.KeyProvider.Parameters;

namespace Coffer.KeyProvider.Sources;

/// <summary>What a source that holds plain keys cannot promise. A restriction that cannot be kept is refused, never forgotten.</summary>
internal static class SelectionLimits
{
    /// <exception cref="KeyProviderException"><see cref="FailureReason.BadRequest"/>: there are asset tags, or the sample key is asked for.</exception>
    public static void Check(KeySelection selection)
    {
        if (selection.AssetTags.Count > 0)
        {
            throw new KeyProviderException(FailureReason.BadRequest, "asset tags cannot be kept: whoever may use a key of this source opens every packet made under it",
                "leave asset-tag: out, or wrap under a key of a broker");
        }
        if (selection.UseSampleKey) throw new KeyProviderException(FailureReason.BadRequest, "the sample key is no key of this source");
    }
}
