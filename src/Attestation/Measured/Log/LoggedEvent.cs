using System.Text;
using Coffer.Attestation.Tpm.EventLog;

namespace Coffer.Attestation.Measured.Log;

/// <summary>An event of a machine's log, for people.</summary>
/// <param name="Type">Such as <c>EV_IPL</c>; the log's word.</param>
/// <param name="Digest">What was extended, in lower-case hexadecimal.</param>
/// <param name="Text">Its data as far as they are a text, at most 256 characters; the log's word. Empty otherwise.</param>
public sealed record LoggedEvent(string Type, string Digest, string Text)
{
    private const int MostCharacters = 256;
    private const int TagBytes = 8;

    internal static LoggedEvent Of(TcgEvent measured, ReadOnlyMemory<byte> digest) =>
        new(TcgEventType.NameOf(measured.Type), Convert.ToHexStringLower(digest.Span), TextOf(measured.Type == TcgEventType.EventTag && measured.Data.Length > TagBytes ? measured.Data.Span[TagBytes..] : measured.Data.Span));

    private static string TextOf(ReadOnlySpan<byte> data)
    {
        var text = data.Length >= 2 && data.Length % 2 == 0 && data[1] == 0 && data[0] != 0 ? Encoding.Unicode.GetString(data) : Encoding.UTF8.GetString(data);
        text = text.TrimEnd('\0');
        if (text.Any(c => char.IsControl(c) || c == '\ufffd')) return "";
        return text.Length <= MostCharacters ? text : text[..MostCharacters];
    }
}
