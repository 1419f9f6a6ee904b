using System.Text.Json;

namespace Coffer.KeyProvider.Packets;

/// <summary>
/// Reads an annotation packet of any known family, told apart by shape: <c>kid</c> or <c>key_url</c>, and for Confidential
/// Containers the members that only its second form has. Whatever could be read in two ways is refused: packets come from images.
/// </summary>
internal static class PacketReader
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = PacketLimits.Depth };
    private static readonly string[] Known = [.. CocoPacket.Members, .. CocoPacket.MembersOfV2, .. SeclPacket.Members];

    /// <summary>Reads one packet.</summary>
    /// <param name="packet">JSON in UTF-8, at most 64 KiB; not kept.</param>
    /// <exception cref="KeyProviderException"><see cref="FailureReason.BadRequest"/>: of no known family, malformed, or of a cipher that is not
    /// authenticated; <see cref="FailureReason.UnknownKey"/>: wrapped by a cloud's key service.</exception>
    public static AnnotationPacket Read(ReadOnlyMemory<byte> packet)
    {
        if (packet.Length == 0) throw PacketFault.Because("it is empty");
        if (packet.Length > PacketLimits.PacketBytes) throw PacketFault.Because($"it has {packet.Length} bytes; at most {PacketLimits.PacketBytes} are read");
        try
        {
            using var document = JsonDocument.Parse(packet, Options);
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The platform's message may quote the text.
            throw PacketFault.Because("it is not JSON", "the layer was encrypted through another provider, or its annotation was altered");
        }
    }

    private static AnnotationPacket Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) throw PacketFault.Because("it is not a JSON object");
        var members = new PacketMembers(root, Known);
        return (members.Has(CocoPacket.Kid), members.Has(SeclPacket.KeyUrl)) switch
        {
            (true, true) => throw PacketFault.Because($"it has both {CocoPacket.Kid} and {SeclPacket.KeyUrl}, so that two readers could take it for two keys"),
            (true, false) => CocoPacket.Read(members),
            (false, true) => SeclPacket.Read(members),
            _ => throw PacketFault.Because(
                $"it has neither {CocoPacket.Kid} nor {SeclPacket.KeyUrl}", "packets of Confidential Containers and of Intel SecL are read; this one was made by another key provider"),
        };
    }
}
