using System.Security.Cryptography;

namespace Coffer.Attestation.Tpm.Verification;

/// <summary>RSA public keys out of SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7), 2048 to 4096 bits.</summary>
internal static class RsaNumbers
{
    private const int LeastBits = 2048, MostBits = 4096;

    public static RSAParameters Read(ReadOnlySpan<byte> der)
    {
        using var rsa = RSA.Create();
        try
        {
            rsa.ImportSubjectPublicKeyInfo(der, out var read);
            if (read != der.Length) throw Malformed("has bytes after its end");
            if (rsa.KeySize is < LeastBits or > MostBits) throw Malformed($"has {rsa.KeySize} bits; {LeastBits} to {MostBits} are taken");
            return rsa.ExportParameters(includePrivateParameters: false);
        }
        catch (CryptographicException e)
        {
            throw Malformed("is not an RSA key as SubjectPublicKeyInfo", e);
        }
    }

    private static AttestationException Malformed(string what, Exception? inner = null) => new(AttestationFault.Malformed, $"the attestation key {what}", inner: inner);
}
