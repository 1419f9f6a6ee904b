using System.Text.Json;
using Coffer.Oci;

namespace Coffer.ImageCrypt.KeyWrap.Provider;

/// <summary>What a provider's packet tells of its key. To us it is opaque bytes; most providers put JSON there.</summary>
internal static class ProviderPacket
{
    private const int MaxBytes = 1024 * 1024;
    private const int MaxKeyId = 512; // characters shown

    // As Confidential Containers, simple-ocicrypt-keyprovider and its descendants, and SecL name it.
    private static readonly string[] Names = ["kid", "key_url", "keyurl", "key-url", "key_id", "keyid", "key-id", "kek_id", "key_uri"];

    /// <summary>The key id where the packet is JSON with a member of a known name; else null.</summary>
    /// <exception cref="MalformedPacketException">Empty, or beyond the bound.</exception>
    public static string? KeyId(ReadOnlyMemory<byte> packet)
    {
        if (packet.Length == 0) throw new MalformedPacketException("provider packet is empty");
        if (packet.Length > MaxBytes) throw new MalformedPacketException($"provider packet of {packet.Length} bytes; at most {MaxBytes} are read");
        if (packet.Span[0] is not ((byte)'{' or (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')) return null;
        try
        {
            using var document = JsonDocument.Parse(packet, ProviderJson.Options);
            foreach (var name in Names)
            {
                if (ProviderJson.Member(document.RootElement, name) is { ValueKind: JsonValueKind.String } id && id.GetString() is { Length: > 0 } text)
                {
                    return Printable.Of(text, MaxKeyId);
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Opaque bytes that happen to begin with a brace.
        }
        return null;
    }
}
