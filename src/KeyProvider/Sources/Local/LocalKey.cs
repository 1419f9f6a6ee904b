using Coffer.KeyProvider.Memory;

namespace Coffer.KeyProvider.Sources.Local;

/// <summary>One key file of the directory, read.</summary>
/// <param name="Name">Id and version, from the file's name.</param>
/// <param name="Form">How the file holds the key.</param>
/// <param name="ForeignKid">The name that packets made elsewhere use; null for none.</param>
/// <param name="Written">When the file was last written.</param>
/// <param name="Key">32 bytes; the holder disposes them.</param>
public sealed record LocalKey(VersionedKeyName Name, KeyFileForm Form, string? ForeignKid, DateTimeOffset Written, LockedBytes Key) : IDisposable
{
    /// <summary>How packets made under keys of this source name them.</summary>
    public const string Scheme = "coffer-local";

    /// <summary>What a packet made under this key carries as <c>kid</c>.</summary>
    public string Kid => Name.ToUri(Scheme);

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => Key.Dispose();

    /// <summary>Names the key, without a byte of it.</summary>
    public override string ToString() => Kid;
}
