using Coffer.ImageCrypt.KeyWrap;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Inspect;

/// <summary>What can be said of an image without any key.</summary>
/// <param name="Image">The location as the user wrote it.</param>
/// <param name="Root">The root's digest.</param>
/// <param name="Platforms">Every instance, in index order.</param>
public sealed record ImageReport(string Image, Digest Root, IReadOnlyList<InstanceReport> Platforms)
{
    /// <summary>True if any layer of any instance is encrypted.</summary>
    public bool Encrypted => Platforms.Any(p => p.Layers.Any(l => l.Encrypted));
}

/// <summary>One instance.</summary>
/// <param name="Platform">From the index entry, else from the config; null for an artifact.</param>
/// <param name="Manifest">The manifest's digest.</param>
/// <param name="ArtifactType">The type of an artifact; null for an image.</param>
/// <param name="Layers">The layers, base first.</param>
/// <param name="Clear">What everybody can read although layers are encrypted, one line each.</param>
/// <param name="Secrets">Places in the config that seem to hold secrets; values are never shown.</param>
public sealed record InstanceReport(
    Platform? Platform, Digest Manifest, string? ArtifactType, IReadOnlyList<LayerReport> Layers, IReadOnlyList<string> Clear, IReadOnlyList<string> Secrets);

/// <summary>One layer.</summary>
/// <param name="Index">Position from 0.</param>
/// <param name="Descriptor">As the manifest has it.</param>
/// <param name="Cipher">The cipher's name; null for a plain layer or where the options are damaged.</param>
/// <param name="Recipients">Numbered recipients; empty for a plain layer.</param>
/// <param name="Trouble">What is wrong with the annotations; null where all is well.</param>
public sealed record LayerReport(int Index, Descriptor Descriptor, string? Cipher, IReadOnlyList<NumberedRecipient> Recipients, string? Trouble)
{
    /// <summary>True by the media type.</summary>
    public bool Encrypted => EncAnnotations.IsEncrypted(Descriptor.MediaType);
}

/// <summary>A recipient as <c>--remove</c> names it.</summary>
/// <param name="Number">Within its scheme and layer, from 0.</param>
/// <param name="Description">What its packet tells.</param>
/// <param name="Damage">What is wrong with its packet; null where it can be read.</param>
public sealed record NumberedRecipient(int Number, RecipientDescription Description, string? Damage)
{
    /// <summary><c>SCHEME:N</c>.</summary>
    public string Selector => $"{Description.Scheme}:{Number}";
}
