using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coffer.Jose;

namespace Coffer.ImageCrypt.Keys;

/// <summary>PKCS#12 files (RFC 7292): each private key with its certificate, and the certificates beside them.</summary>
internal static class Pkcs12File
{
    /// <summary>Everything in the file. An empty password is tried before one is asked for.</summary>
    /// <exception cref="WrongPasswordException">The password does not open it.</exception>
    /// <exception cref="Oci.CofferException">No password, or nothing usable in it.</exception>
    public static async ValueTask<IReadOnlyList<Identity>> ReadAsync(ReadOnlyMemory<byte> file, KeyFileContext context, CancellationToken cancellationToken)
    {
        var certificates = Load(file.Span, [], context);
        if (certificates is null)
        {
            var password = await context.Password.GetAsync(cancellationToken).ConfigureAwait(false);
            certificates = Load(file.Span, password, context) ?? throw new WrongPasswordException(context.Source);
        }
        var identities = new List<Identity>();
        foreach (var certificate in certificates)
        {
            using (certificate)
            {
                if (Key(certificate, context) is { } key) identities.Add(new PrivateKeyIdentity(context.Source, key));
                identities.Add(new CertificateIdentity(context.Source, X509CertificateLoader.LoadCertificate(certificate.RawDataMemory.Span)));
            }
        }
        return identities.Count > 0 ? identities : throw context.Wrong("is a PKCS#12 file without a certificate");
    }

    private static X509Certificate2Collection? Load(ReadOnlySpan<byte> file, ReadOnlySpan<byte> password, KeyFileContext context)
    {
        var characters = new char[Encoding.UTF8.GetMaxCharCount(password.Length)];
        try
        {
            var length = Encoding.UTF8.GetChars(password, characters);
            return X509CertificateLoader.LoadPkcs12Collection(
                file, characters.AsSpan(0, length), X509KeyStorageFlags.Exportable | X509KeyStorageFlags.EphemeralKeySet);
        }
        catch (Pkcs12LoadLimitExceededException e)
        {
            throw context.Wrong("is a PKCS#12 file beyond the limits within which such files are read", inner: e);
        }
        catch (CryptographicException)
        {
            return null;
        }
        finally
        {
            characters.AsSpan().Clear();
        }
    }

    private static Jwk? Key(X509Certificate2 certificate, KeyFileContext context)
    {
        if (!certificate.HasPrivateKey) return null;
        byte[]? der = null;
        try
        {
            using var rsa = certificate.GetRSAPrivateKey();
            using var ec = rsa is null ? certificate.GetECDsaPrivateKey() : null;
            der = rsa?.ExportPkcs8PrivateKey() ?? ec?.ExportPkcs8PrivateKey();
            if (der is not null) return PrivateKeys.Read(der, context);
            context.Warn($"{context.Name} has a private key that is neither RSA nor EC: not used");
            return null;
        }
        catch (CryptographicException e)
        {
            throw context.Wrong("has a private key that cannot be used", inner: e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }
}
