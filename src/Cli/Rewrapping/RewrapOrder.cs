using Coffer.ImageCrypt.Layers;
using Coffer.ImageCrypt.Rewrap;

namespace Coffer.Cli.Rewrapping;

/// <summary>How images are rewrapped.</summary>
/// <param name="Keys">Opens layers; null where recipients are only removed. Stays the caller's.</param>
/// <param name="Add">New recipients; null for none. Stays the caller's.</param>
/// <param name="Remove">Which old ones go.</param>
internal sealed record RewrapOrder(KeyRing? Keys, RecipientSet? Add, IReadOnlyList<RemovalSelector> Remove)
{
    /// <summary>Whether signed images are rewrapped, without their signatures.</summary>
    public bool RemoveSignatures { get; init; }

    /// <summary>Whether replaced manifests are deleted in a registry.</summary>
    public bool DeleteOld { get; init; }

    /// <summary>How often a blob is begun again.</summary>
    public int Retries { get; init; }

    /// <summary>Whether layers that are under the right keys already stay as they are.</summary>
    public bool SkipsDone { get; init; }

    /// <summary>The transform for one image.</summary>
    public RewrapTransform Transform() => new(Keys, Add, Remove) { Leaves = SkipsDone && Add is { } add ? layer => RewrapNeed.IsDone(layer, add, Remove.Count > 0) : null };
}
