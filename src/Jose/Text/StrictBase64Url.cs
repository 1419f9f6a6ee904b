using System.Buffers.Text;
using System.Text;

namespace Coffer.Jose.Text;

/// <summary>
/// base64url as RFC 7515 section 2 wants it: no padding, no white space, no line ends, and unused trailing bits zero, so
/// that every value has exactly one spelling. The platform's decoder is more forgiving.
/// </summary>
internal static class StrictBase64Url
{
    public static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    /// <summary>Decodes ASCII text; <paramref name="what"/> names the member in the error.</summary>
    public static byte[] Decode(ReadOnlySpan<byte> text, string what)
    {
        var length = DecodedLength(text.Length, what);
        foreach (var c in text)
        {
            if (Value(c) < 0)
            {
                throw JoseException.Malformed($"{what} is not base64url without padding");
            }
        }

        // Two bits of the last character are unused after 3 characters, four after 2.
        var unused = (text.Length % 4) switch { 2 => 0b1111, 3 => 0b11, _ => 0 };
        if (unused != 0 && (Value(text[^1]) & unused) != 0)
        {
            throw JoseException.Malformed($"{what} has stray bits at the end of its base64url text");
        }

        var bytes = new byte[length];
        if (!Base64Url.TryDecodeFromUtf8(text, bytes, out var written) || written != length)
        {
            throw JoseException.Malformed($"{what} is not base64url without padding");
        }

        return bytes;
    }

    /// <summary>Decodes text that a compact serialization was split into.</summary>
    public static byte[] Decode(string text, string what) => Decode(Encoding.UTF8.GetBytes(text), what);

    private static int DecodedLength(int characters, string what) => (characters % 4) switch
    {
        0 => characters / 4 * 3,
        2 => (characters / 4 * 3) + 1,
        3 => (characters / 4 * 3) + 2,
        _ => throw JoseException.Malformed($"{what} has a length that no base64url text can have"),
    };

    private static int Value(byte c) => c switch
    {
        >= (byte)'A' and <= (byte)'Z' => c - 'A',
        >= (byte)'a' and <= (byte)'z' => c - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => c - '0' + 52,
        (byte)'-' => 62,
        (byte)'_' => 63,
        _ => -1,
    };
}
