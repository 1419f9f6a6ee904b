using System.Formats.Asn1;
using System.Security.Cryptography;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Keys.Der;

/// <summary>
/// Opens EncryptedPrivateKeyInfo (RFC 5958 section 3) protected with PBES2 (RFC 8018 section 6.2): PBKDF2 and a CBC cipher.
/// Read by hand because the platform opens only "an RSA key" or "an EC key", and tells a wrong password from an unknown
/// algorithm no better than by the text of an exception.
/// </summary>
internal static class EncryptedPkcs8
{
    /// <summary>More iterations than this are refused: they would only stall. OpenSSL writes 2048, careful people a million.</summary>
    public const int MaxIterations = 10_000_000;

    private const string Pbes2 = "1.2.840.113549.1.5.13";
    private const string Pbkdf2 = "1.2.840.113549.1.5.12";
    private const string Scrypt = "1.3.6.1.4.1.11591.4.11";

    /// <summary>The PKCS#8 PrivateKeyInfo, which the caller zeroes; null if the password is wrong.</summary>
    /// <exception cref="CofferException">Malformed, or protected in a way that is not read.</exception>
    public static byte[]? Decrypt(ReadOnlyMemory<byte> der, ReadOnlySpan<byte> password, string file)
    {
        try
        {
            var info = new AsnReader(der, AsnEncodingRules.BER).ReadSequence();
            var algorithm = info.ReadSequence();
            var encrypted = info.ReadOctetString();
            var scheme = algorithm.ReadObjectIdentifier();
            if (scheme != Pbes2) throw Unread(file, PasswordAlgorithms.NameOf(scheme));
            var parameters = algorithm.ReadSequence();
            var derivation = parameters.ReadSequence();
            var encryption = parameters.ReadSequence();
            using var cipher = PasswordAlgorithms.Cipher(encryption.ReadObjectIdentifier(), out var cipherName) ?? throw Unread(file, cipherName);
            var iv = encryption.ReadOctetString();
            if (iv.Length != cipher.BlockSize / 8) throw new CofferException($"{file} has an IV of {iv.Length} bytes for {cipherName}");
            return Decrypt(cipher, iv, encrypted, derivation, password, file);
        }
        catch (AsnContentException e)
        {
            throw new CofferException($"{file} is not a well-formed protected PKCS#8 key", inner: e);
        }
    }

    private static byte[]? Decrypt(SymmetricAlgorithm cipher, byte[] iv, byte[] encrypted, AsnReader derivation, ReadOnlySpan<byte> password, string file)
    {
        var name = derivation.ReadObjectIdentifier();
        if (name != Pbkdf2) throw Unread(file, name == Scrypt ? "scrypt" : name);
        var parameters = derivation.ReadSequence();
        var salt = parameters.ReadOctetString();
        if (!parameters.TryReadInt32(out var iterations) || iterations is < 1 or > MaxIterations)
        {
            throw new CofferException($"{file} wants more than {MaxIterations} rounds of PBKDF2, or none");
        }
        // An optional key length says nothing that the cipher does not.
        if (parameters.HasData && parameters.PeekTag().HasSameClassAndValue(Asn1Tag.Integer)) _ = parameters.ReadIntegerBytes();
        var hash = HashAlgorithmName.SHA1;
        if (parameters.HasData)
        {
            var oid = parameters.ReadSequence().ReadObjectIdentifier();
            hash = PasswordAlgorithms.Hash(oid) ?? throw Unread(file, "PBKDF2 with " + oid);
        }
        var key = Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, hash, cipher.KeySize / 8);
        try
        {
            cipher.SetKey(key);
            return cipher.DecryptCbc(encrypted, iv, PaddingMode.PKCS7);
        }
        catch (CryptographicException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static CofferException Unread(string file, string? what) => new(
        $"{file} is protected with {Printable.Of(what, 60)}, which is not read",
        hint: "openssl pkcs8 -topk8 -v2 aes-256-cbc converts it");
}
