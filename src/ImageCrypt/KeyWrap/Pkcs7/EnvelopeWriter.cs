using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Coffer.ImageCrypt.KeyWrap.Pkcs7;

/// <summary>Whom an envelope is written for.</summary>
/// <param name="Certificate">How the envelope names the recipient.</param>
/// <param name="Key">The certificate's RSA key, public half.</param>
internal sealed record EnvelopeAddressee(CertificateId Certificate, RSAParameters Key);

/// <summary>
/// Writes the one form that every reader of the format opens: EnvelopedData with AES-128-GCM, the content key under
/// RSAES-PKCS1-v1_5 to each certificate's key, the content as a primitive [0] with its tag at the end.
/// </summary>
internal static class EnvelopeWriter
{
    private const int KeyBytes = 16;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>One envelope for all, under a fresh key and nonce.</summary>
    public static byte[] Write(ReadOnlySpan<byte> content, IReadOnlyList<EnvelopeAddressee> addressees)
    {
        var key = RandomNumberGenerator.GetBytes(KeyBytes);
        try
        {
            var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
            var encrypted = new byte[content.Length + TagBytes];
            using (var gcm = new AesGcm(key, TagBytes)) gcm.Encrypt(nonce, content, encrypted.AsSpan(0, content.Length), encrypted.AsSpan(content.Length));
            return Write(key, nonce, encrypted, addressees);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static byte[] Write(byte[] key, byte[] nonce, byte[] encrypted, IReadOnlyList<EnvelopeAddressee> addressees)
    {
        var zero = new Asn1Tag(TagClass.ContextSpecific, 0);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Pkcs7Oids.EnvelopedData);
            using (writer.PushSequence(zero))
            using (writer.PushSequence())
            {
                writer.WriteInteger(0);
                using (writer.PushSetOf())
                {
                    foreach (var addressee in addressees) WriteRecipient(writer, addressee, key);
                }
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(Pkcs7Oids.Data);
                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier(Pkcs7Oids.Aes128Gcm);
                        writer.WriteEncodedValue(GcmParameters.Write(nonce));
                    }
                    writer.WriteOctetString(encrypted, zero);
                }
            }
        }
        return writer.Encode();
    }

    private static void WriteRecipient(AsnWriter writer, EnvelopeAddressee addressee, byte[] key)
    {
        using var rsa = RSA.Create(addressee.Key);
        using (writer.PushSequence())
        {
            writer.WriteInteger(0);
            using (writer.PushSequence())
            {
                writer.WriteEncodedValue(addressee.Certificate.Issuer);
                writer.WriteEncodedValue(addressee.Certificate.Serial);
            }
            // No NULL after the identifier: so the format's own writers have it.
            using (writer.PushSequence()) writer.WriteObjectIdentifier(Pkcs7Oids.RsaEncryption);
            writer.WriteOctetString(rsa.Encrypt(key, RSAEncryptionPadding.Pkcs1));
        }
    }
}
