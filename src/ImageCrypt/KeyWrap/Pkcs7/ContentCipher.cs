using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Coffer.ImageCrypt.KeyWrap.Pkcs7;

/// <summary>The cipher of an envelope's content, with its parameters read.</summary>
/// <param name="Name">For people.</param>
/// <param name="KeyBytes">The key's length.</param>
/// <param name="Iv">Nonce or IV.</param>
/// <param name="TagBytes">Of GCM, 12 to 16; 0 of CBC, which authenticates nothing.</param>
internal sealed record ContentCipher(string Name, int KeyBytes, byte[] Iv, int TagBytes)
{
    /// <summary>True if only the right key opens the content; CBC opens with any key now and then.</summary>
    public bool Authenticates => TagBytes > 0;

    /// <summary>Reads a ContentEncryptionAlgorithmIdentifier after its object identifier.</summary>
    /// <returns>The cipher, or why it is not read.</returns>
    /// <exception cref="AsnContentException">Malformed parameters.</exception>
    public static (ContentCipher? Cipher, string? Refusal) Read(string oid, AsnReader parameters)
    {
        var (name, keyBytes) = oid switch
        {
            Pkcs7Oids.Aes128Gcm => ("AES-128-GCM", 16),
            "2.16.840.1.101.3.4.1.26" => ("AES-192-GCM", 24),
            "2.16.840.1.101.3.4.1.46" => ("AES-256-GCM", 32),
            "2.16.840.1.101.3.4.1.2" => ("AES-128-CBC", 16),
            "2.16.840.1.101.3.4.1.22" => ("AES-192-CBC", 24),
            "2.16.840.1.101.3.4.1.42" => ("AES-256-CBC", 32),
            "1.2.840.113549.3.7" => ("DES-EDE3-CBC", 24),
            "1.3.14.3.2.7" => ("DES-CBC", 0),
            _ => (oid, 0),
        };
        if (keyBytes == 0) return (null, name == "DES-CBC" ? "content under DES-CBC is refused: its key can be guessed" : $"content cipher {oid} is not read");
        if (name.EndsWith("CBC", StringComparison.Ordinal))
        {
            var iv = parameters.ReadOctetString();
            var block = name == "DES-EDE3-CBC" ? 8 : 16;
            return iv.Length == block ? (new ContentCipher(name, keyBytes, iv, 0), null) : (null, $"{name} takes an IV of {block} bytes, not {iv.Length}");
        }
        var (nonce, tagBytes) = GcmParameters.Read(parameters.ReadEncodedValue());
        if (nonce.Length != 12 || tagBytes is < 12 or > 16) return (null, $"{name} is read with a nonce of 12 bytes and a tag of 12 to 16, not {nonce.Length} and {tagBytes}");
        return (new ContentCipher(name, keyBytes, nonce, tagBytes), null);
    }

    /// <summary>The content, which the caller zeroes; null if this key certainly does not open it.</summary>
    public byte[]? Decrypt(ReadOnlySpan<byte> key, Envelope envelope)
    {
        try
        {
            if (!Authenticates) return DecryptCbc(key, envelope.Ciphertext);
            if (envelope.Ciphertext.Length < TagBytes) return null;
            var content = envelope.Ciphertext.AsSpan(0, envelope.Ciphertext.Length - TagBytes);
            var plaintext = new byte[content.Length];
            using var gcm = new AesGcm(key, TagBytes);
            gcm.Decrypt(Iv, content, envelope.Ciphertext.AsSpan(content.Length), plaintext, envelope.AuthenticatedData);
            return plaintext;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private byte[] DecryptCbc(ReadOnlySpan<byte> key, byte[] ciphertext)
    {
#pragma warning disable CA5350 // old writers of PKCS#7 used it; nothing is written so
        using SymmetricAlgorithm cipher = Name == "DES-EDE3-CBC" ? TripleDES.Create() : Aes.Create();
#pragma warning restore CA5350
        cipher.SetKey(key);
        return cipher.DecryptCbc(ciphertext, Iv, PaddingMode.PKCS7);
    }
}
