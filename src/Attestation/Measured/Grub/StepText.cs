using System.Globalization;
using System.Text;

namespace Coffer.Attestation.Measured.Grub;

/// <summary>Texts that GRUB measures, on one line each: a backslash, and what is no printable character, stands as <c>\xHH</c>; bytes, not characters, count.</summary>
internal static class StepText
{
    public static string Write(ReadOnlySpan<byte> text)
    {
        var line = new StringBuilder();
        while (!text.IsEmpty)
        {
            var known = Rune.DecodeFromUtf8(text, out var rune, out var length) == System.Buffers.OperationStatus.Done;
            if (known && rune.Value != '\\' && !Rune.IsControl(rune) && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)) line.Append(rune);
            else foreach (var part in text[..length]) line.Append(CultureInfo.InvariantCulture, $"\\x{part:x2}");
            text = text[length..];
        }
        return line.ToString();
    }

    /// <summary>The bytes of a line; null where a backslash stands alone.</summary>
    public static byte[]? Read(string line)
    {
        using var bytes = new MemoryStream();
        for (var at = 0; at < line.Length;)
        {
            var escape = line.IndexOf('\\', at);
            bytes.Write(Encoding.UTF8.GetBytes(line[at..(escape < 0 ? line.Length : escape)]));
            if (escape < 0) break;
            if (escape + 4 > line.Length || line[escape + 1] != 'x' || !byte.TryParse(line.AsSpan(escape + 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var part)) return null;
            bytes.WriteByte(part);
            at = escape + 4;
        }
        return bytes.ToArray();
    }
}
