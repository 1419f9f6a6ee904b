using System.Diagnostics.CodeAnalysis;

namespace Coffer.KeyBroker.Documents;

/// <summary>Base64 in the standard alphabet with padding and nothing between (RFC 4648 section 4): the platform's decoder lets blanks pass.</summary>
internal static class Base64Text
{
    public static bool TryDecode(string text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text.Length % 4 != 0 || text.AsSpan().ContainsAny(" \t\r\n")) return false;
        var buffer = new byte[text.Length / 4 * 3];
        if (!Convert.TryFromBase64String(text, buffer, out var written)) return false;
        bytes = buffer[..written];
        return true;
    }
}
