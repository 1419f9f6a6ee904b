using System.Globalization;
using Coffer.Oci;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Coffer.ImageCrypt.KeyWrap.Pgp;

/// <summary>What the OpenPGP library throws on malformed input: any of many things, none of them an error of ours.</summary>
internal static class PgpLibrary
{
    public static bool IsItsFailure(Exception e) => e is not (OutOfMemoryException or OperationCanceledException or CofferException);
}

/// <summary>Reads keyrings, binary or ASCII-armored.</summary>
internal static class PgpKeyrings
{
    /// <summary>Most bytes of a keyring.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>Every public key of a ring, the secret ones' public halves not included.</summary>
    /// <exception cref="FormatException">Not a keyring.</exception>
    public static IReadOnlyList<PgpPublicKeyRing> ReadPublic(ReadOnlySpan<byte> bytes) => Read<PgpPublicKeyRing>(bytes);

    /// <summary>Every secret key of a ring.</summary>
    /// <exception cref="FormatException">Not a keyring.</exception>
    public static IReadOnlyList<PgpSecretKeyRing> ReadSecret(ReadOnlySpan<byte> bytes) => Read<PgpSecretKeyRing>(bytes);

    /// <summary>A key id in 16 hex digits.</summary>
    public static string Id(long keyId) => keyId.ToString("X16", CultureInfo.InvariantCulture);

    private static List<T> Read<T>(ReadOnlySpan<byte> bytes)
        where T : class
    {
        if (bytes.Length > MaxBytes) throw new FormatException($"keyring of {bytes.Length} bytes; at most {MaxBytes} are read");
        var copy = bytes.ToArray();
        try
        {
            // Several armored blocks may follow each other in one file; the decoder yields one at a time.
            var rings = new List<T>();
            using var stream = new MemoryStream(copy, writable: false);
            while (stream.Position < stream.Length)
            {
                var start = stream.Position;
                var factory = new PgpObjectFactory(PgpUtilities.GetDecoderStream(stream));
                while (factory.NextPgpObject() is { } item)
                {
                    if (item is T ring) rings.Add(ring);
                }
                if (stream.Position == start) break;
                SkipBlank(stream);
            }
            return rings;
        }
        catch (Exception e) when (PgpLibrary.IsItsFailure(e))
        {
            throw new FormatException($"not an OpenPGP keyring ({Printable.Of(e.Message, 120)})", e);
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(copy);
        }
    }

    private static void SkipBlank(MemoryStream stream)
    {
        int next;
        while ((next = stream.ReadByte()) is '\n' or '\r' or ' ' or '\t')
        {
            // White space between or after armored blocks.
        }
        if (next >= 0) stream.Position--;
    }
}
