using System.Text;

namespace Coffer.Oci;

/// <summary>Text from outside, made safe to print: no control characters (a terminal obeys them), bounded length.</summary>
public static class Printable
{
    /// <summary><paramref name="text"/> with control and format characters shown as <c>?</c>, cut at <paramref name="limit"/> characters.</summary>
    public static string Of(string? text, int limit = 256)
    {
        if (string.IsNullOrEmpty(text)) return "";
        var cut = text.Length > limit;
        var builder = new StringBuilder(Math.Min(text.Length, limit) + 1);
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, limit)))
        {
            var category = char.GetUnicodeCategory(c);
            builder.Append(char.IsControl(c) || category is System.Globalization.UnicodeCategory.Format
                or System.Globalization.UnicodeCategory.LineSeparator
                or System.Globalization.UnicodeCategory.ParagraphSeparator ? '?' : c);
        }
        return cut ? builder.Append('…').ToString() : builder.ToString();
    }
}
