namespace Coffer.KeyProvider.Packets;

/// <summary>Writes packets; always in the first form of Confidential Containers, which every reader knows.</summary>
internal static class PacketWriter
{
    /// <summary>JSON in UTF-8, as <see cref="PacketReader"/> reads it.</summary>
    /// <exception cref="KeyProviderException"><see cref="FailureReason.BadRequest"/>: larger than what is read.</exception>
    public static byte[] Write(AnnotationPacket packet)
    {
        var bytes = CocoPacket.Write(packet);
        return bytes.Length <= PacketLimits.PacketBytes ? bytes
            : throw new KeyProviderException(FailureReason.BadRequest, $"the packet would have {bytes.Length} bytes; at most {PacketLimits.PacketBytes} are written");
    }
}
