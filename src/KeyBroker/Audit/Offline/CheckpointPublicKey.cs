using System.Security.Cryptography;
using System.Text;
using Coffer.Jose;
using Coffer.Oci;

namespace Coffer.KeyBroker.Audit.Offline;

/// <summary>The public key of checkpoints as auditors keep it.</summary>
internal static class CheckpointPublicKey
{
    private const int MostBytes = 64 * 1024;

    /// <param name="text">PEM of a SubjectPublicKeyInfo, or a JWK.</param>
    /// <returns>The caller disposes it.</returns>
    /// <exception cref="CofferException">Wrong usage: neither, or not of P-256.</exception>
    public static Jwk Read(ReadOnlyMemory<byte> text)
    {
        try
        {
            if (text.Length > MostBytes) throw Unusable(null);
            var key = text.Span.TrimStart(" \t\r\n"u8).StartsWith("{"u8) ? Jwk.Parse(text) : Jwk.ImportSubjectPublicKeyInfo(Der(Encoding.UTF8.GetString(text.Span)));
            if (key is { Type: JwkType.EllipticCurve, Curve: "P-256" }) return key;
            key.Dispose();
            throw Unusable(null);
        }
        catch (Exception e) when (e is JoseException or ArgumentException or FormatException)
        {
            throw Unusable(e);
        }
    }

    private static byte[] Der(string pem)
    {
        var fields = PemEncoding.Find(pem);
        return pem[fields.Label] == "PUBLIC KEY" ? Convert.FromBase64String(pem[fields.Base64Data]) : throw new FormatException("not a public key");
    }

    private static CofferException Unusable(Exception? inner) =>
        new("the public key is no key of P-256, PEM or JWK", ExitStatus.Usage, "'coffer broker audit public-key' prints it", inner);
}
