using Coffer.Oci;

namespace Coffer.ImageCrypt.Trees;

/// <summary>One document of an image, read and parsed.</summary>
/// <param name="Entry">The index entry that led here; null for the root.</param>
/// <param name="Content">The document's exact bytes.</param>
public abstract record ImageNode(Descriptor? Entry, Content Content);

/// <summary>An image or artifact manifest.</summary>
/// <param name="Entry">The index entry that led here; null for the root.</param>
/// <param name="Manifest">The parsed manifest.</param>
public sealed record ManifestNode(Descriptor? Entry, Manifest Manifest) : ImageNode(Entry, Manifest.Content);

/// <summary>An index and what it lists.</summary>
/// <param name="Entry">The index entry that led here; null for the root.</param>
/// <param name="Index">The parsed index.</param>
/// <param name="Children">Its entries, in order.</param>
public sealed record IndexNode(Descriptor? Entry, ImageIndex Index, IReadOnlyList<ImageNode> Children) : ImageNode(Entry, Index.Content);

/// <summary>An index entry of a kind that is only passed on.</summary>
/// <param name="Entry">The index entry that led here.</param>
/// <param name="Content">The document's exact bytes.</param>
public sealed record OpaqueNode(Descriptor? Entry, Content Content) : ImageNode(Entry, Content);
