using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Keys.Pem;

/// <summary>
/// Cuts a text into PEM blocks. The platform's reader knows no headers, and keys must not pass through strings.
/// Text outside blocks is skipped, as every reader does.
/// </summary>
internal static class PemReader
{
    public const int MaxBlocks = 64;
    private const int MaxHeaders = 16;

    private static ReadOnlySpan<byte> Begin => "-----BEGIN "u8;

    private static ReadOnlySpan<byte> Dashes => "-----"u8;

    /// <summary>True if a PEM block begins somewhere in the text.</summary>
    public static bool Contains(ReadOnlySpan<byte> text) => text.IndexOf(Begin) >= 0;

    /// <summary>Every block, in order; the caller disposes them.</summary>
    /// <exception cref="CofferException">A block without end, bad base64 or more than <see cref="MaxBlocks"/> blocks.</exception>
    public static IReadOnlyList<PemBlock> Read(ReadOnlySpan<byte> text, string file)
    {
        var blocks = new List<PemBlock>();
        try
        {
            int at;
            while ((at = text.IndexOf(Begin)) >= 0)
            {
                if (blocks.Count == MaxBlocks) throw Wrong(file, $"has more than {MaxBlocks} PEM blocks");
                blocks.Add(ReadBlock(text[(at + Begin.Length)..], file, out var rest));
                text = rest;
            }
            return blocks;
        }
        catch (CofferException)
        {
            blocks.ForEach(b => b.Dispose());
            throw;
        }
    }

    private static PemBlock ReadBlock(ReadOnlySpan<byte> text, string file, out ReadOnlySpan<byte> rest)
    {
        var labelEnd = text.IndexOf(Dashes);
        if (labelEnd < 0 || text[..labelEnd].IndexOfAny("\r\n"u8) >= 0) throw Wrong(file, "has a PEM block whose first line does not end in dashes");
        var label = Encoding.Latin1.GetString(text[..labelEnd]);
        text = text[(labelEnd + Dashes.Length)..];
        var end = text.IndexOf("-----END "u8);
        if (end < 0) throw Wrong(file, $"is cut short: PEM block '{Printable.Of(label, 64)}' has no end");
        var body = text[..end];
        rest = text[(end + "-----END "u8.Length)..];
        if (!EndsAs(rest, label))
        {
            throw Wrong(file, $"has a PEM block '{Printable.Of(label, 64)}' that ends under another name");
        }
        var headers = ReadHeaders(ref body, file);
        return new PemBlock(label, headers, Decode(body, label, file));
    }

    private static bool EndsAs(ReadOnlySpan<byte> text, string label)
    {
        var end = text.IndexOf(Dashes);
        return end >= 0 && Encoding.Latin1.GetString(text[..end]) == label;
    }

    // Headers are lines with a colon, which base64 never has, up to an empty line.
    private static Dictionary<string, string> ReadHeaders(ref ReadOnlySpan<byte> body, string file)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        body = body.TrimStart("\r\n \t"u8);
        while (true)
        {
            var lineEnd = body.IndexOf((byte)'\n');
            var line = lineEnd < 0 ? body : body[..lineEnd];
            var colon = line.IndexOf((byte)':');
            if (colon < 0) return headers;
            if (headers.Count == MaxHeaders || line.Length > 1024) throw Wrong(file, "has a PEM block with too many headers");
            headers[Encoding.Latin1.GetString(line[..colon]).Trim()] = Encoding.Latin1.GetString(line[(colon + 1)..]).Trim();
            body = lineEnd < 0 ? default : body[(lineEnd + 1)..];
        }
    }

    private static byte[] Decode(ReadOnlySpan<byte> body, string label, string file)
    {
        var buffer = new byte[Base64.GetMaxDecodedFromUtf8Length(body.Length)];
        var status = Base64.DecodeFromUtf8(body, buffer, out _, out var written);
        var data = status == OperationStatus.Done ? buffer[..written] : null;
        CryptographicOperations.ZeroMemory(buffer);
        return data ?? throw Wrong(file, $"has a PEM block '{Printable.Of(label, 64)}' that is not base64");
    }

    private static CofferException Wrong(string file, string what) => new($"{file} {what}");
}
