using System.Buffers.Binary;

namespace Coffer.ImageCrypt.KeyWrap.Provider;

/// <summary>Bytes as decimal numbers with commas between them, which is how most of an answer is written: from a table, four characters at a time.</summary>
internal static class ByteNumbers
{
    // The digits of each byte and a comma, the first character in the lowest byte.
    private static readonly uint[] Texts = [.. Enumerable.Range(0, 256).Select(Text)];

    /// <summary>Size of what <see cref="Write"/> writes.</summary>
    public static int Length(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return 0;
        var length = (bytes.Length * 2) - 1; // one digit each, and the commas
        foreach (var value in bytes) length += (value >= 10 ? 1 : 0) + (value >= 100 ? 1 : 0);
        return length;
    }

    /// <param name="bytes">What is written.</param>
    /// <param name="destination">Has room for three characters more: what stands behind the last number is overwritten.</param>
    public static void Write(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        foreach (var value in bytes)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(destination, Texts[value]);
            destination = destination[(value >= 100 ? 4 : value >= 10 ? 3 : 2)..];
        }
    }

    private static uint Text(int value)
    {
        var text = 0u;
        foreach (var character in $"{value},".Reverse()) text = (text << 8) | character;
        return text;
    }
}
