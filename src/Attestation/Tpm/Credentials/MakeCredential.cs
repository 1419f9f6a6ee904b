using System.Security.Cryptography;
using Coffer.Attestation.Tpm.Commands;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Credentials;

/// <summary>
/// TPM2_MakeCredential without a TPM (TPM 2.0 Library Part 1, section 24): a secret that only the TPM that holds both an endorsement key
/// and an object of the given name can read. The name holds the object's attributes, so what is proven is a key with those.
/// </summary>
public static class MakeCredential
{
    private const TpmObjectAttributes Required = TpmObjectAttributes.Restricted | TpmObjectAttributes.Decrypt | TpmObjectAttributes.FixedTpm
        | TpmObjectAttributes.FixedParent | TpmObjectAttributes.SensitiveDataOrigin;

    /// <summary>Makes one.</summary>
    /// <param name="endorsementKey">RSA of 2048 bits or more, or P-256 or P-384, with the symmetric parameters of the TCG's templates. That
    /// it is a TPM's is what its certificate says, not this.</param>
    /// <param name="objectName">The attestation key's TPM name.</param>
    /// <param name="secret">1 to 32 bytes; it stays the caller's to zero.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unsupported"/> or <see cref="AttestationFault.Malformed"/>: not such a key.</exception>
    public static TpmCredential Create(TpmPublic endorsementKey, ReadOnlySpan<byte> objectName, ReadOnlySpan<byte> secret)
    {
        Check(endorsementKey);
        ArgumentOutOfRangeException.ThrowIfZero(secret.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(secret.Length, 32);
        var (seed, encrypted) = CredentialSeed.Create(endorsementKey);
        try
        {
            using var writer = new TpmWriter();
            return new TpmCredential(writer.Sized(Seal(endorsementKey, seed, objectName, secret)).ToArray(), encrypted);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    // The secret encrypted under one key out of the seed, and with the name under the HMAC of another.
    private static byte[] Seal(TpmPublic key, byte[] seed, ReadOnlySpan<byte> name, ReadOnlySpan<byte> secret)
    {
        var hash = key.NameAlgorithm;
        var storage = KeyDerivation.FromKey(hash, seed, "STORAGE"u8, name, [], key.Symmetric.KeyBits / 8);
        var integrity = KeyDerivation.FromKey(hash, seed, "INTEGRITY"u8, [], [], TpmHash.Size(hash));
        try
        {
            var identity = EncryptCfb(storage, secret);
            using var hmac = IncrementalHash.CreateHMAC(TpmHash.Platform(hash), integrity);
            hmac.AppendData(identity);
            hmac.AppendData(name);
            using var writer = new TpmWriter();
            return writer.Sized(hmac.GetHashAndReset()).Bytes(identity).ToArray();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(storage);
            CryptographicOperations.ZeroMemory(integrity);
        }
    }

    // CFB with a zero IV over the sized secret. The platform's CFB of 128 bits wants whole blocks: what the padding adds is cut off again.
    private static byte[] EncryptCfb(byte[] key, ReadOnlySpan<byte> secret)
    {
        using var plain = new TpmWriter();
        plain.Sized(secret);
        using var aes = Aes.Create();
        aes.Key = key;
        return aes.EncryptCfb(plain.Written, stackalloc byte[16], PaddingMode.Zeros, feedbackSizeInBits: 128)[..plain.Length];
    }

    private static void Check(TpmPublic key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if ((key.Attributes & Required) != Required || key.Attributes.HasFlag(TpmObjectAttributes.Sign)) throw Unsupported("is not a restricted decryption key that is fixed to its TPM");
        if (key.Symmetric is not { Algorithm: TpmAlgorithm.Aes, Mode: TpmAlgorithm.Cfb, KeyBits: 128 or 256 }) throw Unsupported("protects its children with something else than AES-128 or AES-256 in CFB mode");
        if (key.NameAlgorithm is not (TpmAlgorithm.Sha256 or TpmAlgorithm.Sha384 or TpmAlgorithm.Sha512)) throw Unsupported("is named by a hash weaker than SHA-256");
        if (key.Key is TpmRsaKey { Bits: < 2048 } or TpmEccKey { Curve: not (TpmCurve.P256 or TpmCurve.P384) }) throw Unsupported("is neither RSA of 2048 bits or more nor on P-256 or P-384");
    }

    private static AttestationException Unsupported(string what) => new(AttestationFault.Unsupported, $"the endorsement key {what}");
}
