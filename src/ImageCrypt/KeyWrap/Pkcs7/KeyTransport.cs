using System.Formats.Asn1;
using System.Security.Cryptography;
using Coffer.Jose;

namespace Coffer.ImageCrypt.KeyWrap.Pkcs7;

/// <summary>How a recipient's copy of the content key is sealed to an RSA key.</summary>
/// <param name="Name">For people.</param>
/// <param name="Padding">PKCS#1 v1.5, which every known writer uses, or OAEP.</param>
internal sealed record KeyTransport(string Name, RSAEncryptionPadding Padding)
{
    public static readonly KeyTransport Pkcs1 = new("RSAES-PKCS1-v1_5", RSAEncryptionPadding.Pkcs1);

    /// <summary>Reads a KeyEncryptionAlgorithmIdentifier after its object identifier.</summary>
    /// <returns>The transport, or why it is not read.</returns>
    /// <exception cref="AsnContentException">Malformed parameters.</exception>
    public static (KeyTransport? Transport, string? Refusal) Read(string oid, AsnReader parameters)
    {
        if (oid == Pkcs7Oids.RsaEncryption) return (Pkcs1, null);
        if (oid != Pkcs7Oids.RsaesOaep) return (null, $"key transport {oid} is not read");
        var (hash, mask, label) = (HashAlgorithmName.SHA1, HashAlgorithmName.SHA1, false);
        // RFC 8017 appendix A.2.1: three optional members, each with SHA-1 or an empty label as default.
        if (parameters.HasData && parameters.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
        {
            var members = parameters.ReadSequence();
            while (members.HasData)
            {
                var tag = members.PeekTag();
                var member = members.ReadSequence(tag).ReadSequence();
                var name = member.ReadObjectIdentifier();
                switch (tag.TagValue)
                {
                    case 0: hash = HashOf(name); break;
                    case 1: mask = name == Pkcs7Oids.Mgf1 ? HashOf(member.ReadSequence().ReadObjectIdentifier()) : default; break;
                    default: label = name != Pkcs7Oids.PSpecified || member.ReadOctetString().Length > 0; break;
                }
            }
        }
        if (hash.Name is null || mask != hash || label) return (null, "RSAES-OAEP is read with one SHA hash for both its parts and no label");
        return (new KeyTransport($"RSAES-OAEP {hash.Name}", RSAEncryptionPadding.CreateOaep(hash)), null);
    }

    /// <summary>
    /// The content key, or where padding or length are wrong a random one: who can send packets and watch the answers must
    /// not learn which it was (Bleichenbacher's attack on PKCS#1 v1.5). The caller zeroes it.
    /// </summary>
    public byte[] Decrypt(Jwk key, byte[] encryptedKey, int keyBytes)
    {
        var random = RandomNumberGenerator.GetBytes(keyBytes);
        byte[]? found = null;
        try
        {
            using var rsa = key.ToRsa();
            found = rsa.Decrypt(encryptedKey, Padding);
        }
        catch (CryptographicException)
        {
            // The random key stands in.
        }
        if (found?.Length == keyBytes) return found;
        CryptographicOperations.ZeroMemory(found);
        return random;
    }

    private static HashAlgorithmName HashOf(string oid) => oid switch
    {
        "1.3.14.3.2.26" => HashAlgorithmName.SHA1,
        "2.16.840.1.101.3.4.2.1" => HashAlgorithmName.SHA256,
        "2.16.840.1.101.3.4.2.2" => HashAlgorithmName.SHA384,
        "2.16.840.1.101.3.4.2.3" => HashAlgorithmName.SHA512,
        _ => default,
    };
}
