using System.Text;

namespace Coffer.Attestation.Measured.Systemd;

/// <summary>A command line as systemd-stub hands it on: control characters are spaces, spaces at both ends are gone, UTF-16 with a zero.</summary>
internal static class StubText
{
    /// <summary>The bytes that are measured.</summary>
    public static byte[] Bytes(string text)
    {
        var clean = new StringBuilder(text.Length + 1);
        foreach (var character in text) clean.Append(IsSpace(character) ? ' ' : character);
        return Utf16(clean.ToString().Trim(' '));
    }

    /// <summary>The text of measured bytes.</summary>
    public static string Read(ReadOnlySpan<byte> measured) => Encoding.Unicode.GetString(measured).TrimEnd('\0');

    /// <summary>A text as UTF-16, little-endian, with its zero.</summary>
    public static byte[] Utf16(string text) => Encoding.Unicode.GetBytes(text + '\0');

    /// <summary>A section's text: UTF-8 up to the first zero.</summary>
    public static string FromSection(ReadOnlySpan<byte> section)
    {
        var end = section.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? section : section[..end]);
    }

    private static bool IsSpace(char character) => character is <= ' ' or '\x7f';
}
