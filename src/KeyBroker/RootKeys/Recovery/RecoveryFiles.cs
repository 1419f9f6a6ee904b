using System.Security.Cryptography;
using System.Text;
using Coffer.Oci;

namespace Coffer.KeyBroker.RootKeys.Recovery;

/// <summary>Reads PEM (RFC 7468) of public things.</summary>
internal static class RecoveryFiles
{
    /// <exception cref="CofferException">It cannot be read, or is larger.</exception>
    public static string ReadText(string file, int most)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var buffer = new byte[most + 1];
            var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return length <= most ? Encoding.ASCII.GetString(buffer, 0, length) : throw new CofferException($"{Printable.Of(file)} has more than {most} bytes");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CofferException($"the file {Printable.Of(file)} cannot be read: {Printable.Of(e.Message)}", inner: e);
        }
    }

    /// <summary>The bytes of the first block with that label; null where there is none.</summary>
    public static byte[]? Der(ReadOnlySpan<char> text, string label)
    {
        while (PemEncoding.TryFind(text, out var found))
        {
            if (text[found.Label].SequenceEqual(label)) return Convert.FromBase64String(text[found.Base64Data].ToString());
            text = text[found.Location.End..];
        }
        return null;
    }
}
