namespace Coffer.Interop.Containerd;

/// <summary>The one kind of protobuf field that these tests send.</summary>
internal static class ProtobufField
{
    /// <summary>A length-delimited field.</summary>
    public static byte[] Write(int number, ReadOnlySpan<byte> value)
    {
        var field = new List<byte> { (byte)((number << 3) | 2) };
        var length = (uint)value.Length;
        for (; length > 0x7F; length >>= 7) field.Add((byte)(length | 0x80));
        field.Add((byte)length);
        return [.. field, .. value];
    }
}
