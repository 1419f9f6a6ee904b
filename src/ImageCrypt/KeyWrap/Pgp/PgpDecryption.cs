using System.IO.Compression;
using System.Security.Cryptography;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Coffer.ImageCrypt.KeyWrap.Pgp;

/// <summary>Decrypts a message for one recipient; gives nothing away before its integrity was checked.</summary>
internal static class PgpDecryption
{
    /// <summary>The literal content, which the caller zeroes; null if it cannot be had.</summary>
    /// <param name="message">One session key and the encrypted data (SEIPD version 1).</param>
    /// <param name="key">The private key.</param>
    /// <param name="reason">Why not.</param>
    /// <param name="opened">True if the session key was recovered, so that the key is certainly the recipient's.</param>
    public static byte[]? Open(byte[] message, PgpPrivateKey key, out string reason, out bool opened)
    {
        opened = false;
        byte[]? plain = null;
        try
        {
            reason = "the session key cannot be decrypted";
            using var stream = new MemoryStream(message, writable: false);
            var list = new PgpObjectFactory(stream).NextPgpObject() as PgpEncryptedDataList;
            if (list is null || list.Count != 1 || list[0] is not PgpPublicKeyEncryptedData data) return null;
            using var decrypted = data.GetDataStream(key);
            opened = true;
            reason = "the encrypted data fail their integrity check (MDC)";
            plain = ReadAll(decrypted, PgpPacketReader.MaxMessage);
            if (!data.IsIntegrityProtected() || !data.Verify()) return null;
            return Content(plain, out reason);
        }
        catch (Exception e) when (PgpLibrary.IsItsFailure(e))
        {
            reason = opened ? "the encrypted data fail their integrity check (MDC)" : "the session key cannot be decrypted";
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private static byte[]? Content(byte[] plain, out string reason)
    {
        try
        {
            var packets = PgpPacketReader.Read(plain);
            if (packets is [{ Tag: PgpTag.Compressed } compressed]) packets = PgpPacketReader.Read(Inflate(compressed.Body));
            if (packets is not [{ Tag: PgpTag.Literal } literal])
            {
                reason = "the message holds something else than one literal text (signed messages are not read)";
                return null;
            }

            // Format, length of the file name, name, four bytes of date.
            var body = literal.Body.Span;
            if (body.Length < 6 || body.Length < 6 + body[1])
            {
                reason = "the literal text is cut short";
                return null;
            }
            reason = "";
            return body[(6 + body[1])..].ToArray();
        }
        catch (Exception e) when (e is MalformedPacketException or InvalidDataException or FormatException)
        {
            reason = e.Message;
            return null;
        }
    }

    private static byte[] Inflate(ReadOnlyMemory<byte> body)
    {
        if (body.Length == 0) throw new FormatException("the compressed data are empty");
        var bytes = body[1..].ToArray();
        using var source = new MemoryStream(bytes, writable: false);
        using Stream inflated = body.Span[0] switch
        {
            0 => source,
            1 => new DeflateStream(source, CompressionMode.Decompress),
            2 => new ZLibStream(source, CompressionMode.Decompress),
            _ => throw new FormatException($"compression algorithm {body.Span[0]} is not supported"),
        };
        return ReadAll(inflated, PgpPacketReader.MaxMessage);
    }

    private static byte[] ReadAll(Stream stream, int limit)
    {
        var buffer = new byte[limit + 1];
        try
        {
            var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length > limit) throw new FormatException($"the content has more than {limit} bytes");
            return buffer[..length];
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }
}
