using Coffer.Oci;

namespace Coffer.ImageCrypt.Transfer;

/// <summary>What a transfer made.</summary>
/// <param name="Before">The root that was read.</param>
/// <param name="Root">The root that was written.</param>
/// <param name="Layers">Every layer of every manifest, in order.</param>
public sealed record TransferResult(Content Before, Content Root, IReadOnlyList<LayerResult> Layers);

/// <summary>What became of one layer.</summary>
/// <param name="Platform">The index entry's platform; null for a single image.</param>
/// <param name="Index">Position in its manifest, from 0.</param>
/// <param name="Before">As it was.</param>
/// <param name="After">As it is.</param>
/// <param name="Change">What was done, such as <c>encrypting</c>; null where it was copied.</param>
public sealed record LayerResult(Platform? Platform, int Index, Descriptor Before, Descriptor After, string? Change);
