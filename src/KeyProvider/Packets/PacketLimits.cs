namespace Coffer.KeyProvider.Packets;

/// <summary>Bounds of what is read and written; real packets have about 400 bytes.</summary>
internal static class PacketLimits
{
    /// <summary>A whole packet as it stands in the annotation, decoded once from base64.</summary>
    public const int PacketBytes = 64 * 1024;

    /// <summary>Private options that are wrapped: in base64, twice, they still fit into a packet.</summary>
    public const int OptionsBytes = 32 * 1024;

    /// <summary>Characters of a key's name.</summary>
    public const int KeyIdCharacters = 2048;

    /// <summary>Nesting of the JSON.</summary>
    public const int Depth = 8;
}
