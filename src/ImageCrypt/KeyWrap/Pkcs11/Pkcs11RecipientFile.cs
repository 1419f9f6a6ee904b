using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coffer.Oci;
using Coffer.Pkcs11.Configuration;
using Coffer.Pkcs11.Keys;

namespace Coffer.ImageCrypt.KeyWrap.Pkcs11;

/// <summary>
/// Reads what <c>-e pkcs11:FILE</c> names: a key file or URI, whose token is asked for the public key, or the public key itself as PEM
/// or DER, or a certificate.
/// </summary>
internal static class Pkcs11RecipientFile
{
    private const int MaximumLength = 64 * 1024;
    private const string Forms = "it may be a YAML key file, a pkcs11: URI, or an RSA public key or certificate in PEM or DER";

    /// <summary>The RSA public key; the caller disposes it.</summary>
    /// <exception cref="CofferException">The file cannot be read or is none of these.</exception>
    /// <exception cref="Coffer.Pkcs11.Pkcs11Exception">The token cannot be asked.</exception>
    public static async ValueTask<RSA> ReadAsync(string path, Func<OcicryptConfig> config, CancellationToken cancellationToken)
    {
        var content = await ReadFileAsync(path, cancellationToken).ConfigureAwait(false);
        try
        {
            if (content.Length > 0 && content[0] == 0x30)
                return ReadDer(content, path);
            var text = Encoding.UTF8.GetString(content).Trim('\uFEFF');
            if (PemEncoding.TryFind(text, out var fields))
                return ReadPem(text, fields, path);
            if (!Pkcs11KeyFile.LooksLikeOne(text))
                throw Unusable(path, "is no pkcs11 recipient");
            using var file = Pkcs11KeyFile.Parse(text, path);
            // Modules block: an HSM over the network, or a wait for another environment.
            return await Task.Run(() => Pkcs11RsaKey.ReadPublic(file, config()), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private static RSA ReadPem(string text, PemFields fields, string path)
    {
        var label = text[fields.Label];
        if (label.EndsWith("PRIVATE KEY", StringComparison.Ordinal))
            throw new CofferException($"'{Printable.Of(path)}' is a private key: encrypting takes its public half", hint: "openssl pkey -in FILE -pubout");
        // The label is not trusted to tell the form: upstream accepts SubjectPublicKeyInfo under any label.
        return ReadDer(Convert.FromBase64String(text[fields.Base64Data]), path);
    }

    private static RSA ReadDer(byte[] der, string path)
    {
        var rsa = RSA.Create();
        foreach (var import in new Func<int>[]
        {
            () => { rsa.ImportSubjectPublicKeyInfo(der, out var read); return read; },
            () => { rsa.ImportRSAPublicKey(der, out var read); return read; },
            () => ImportCertificate(rsa, der),
        })
        {
            try
            {
                if (import() == der.Length) return rsa;
            }
            catch (CryptographicException)
            {
                // Not this form; the next one may fit.
            }
        }
        rsa.Dispose();
        throw Unusable(path, "holds no RSA public key, and only RSA keys can be pkcs11 recipients");
    }

    private static int ImportCertificate(RSA rsa, byte[] der)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(der);
        using var key = certificate.GetRSAPublicKey() ?? throw new CryptographicException();
        rsa.ImportParameters(key.ExportParameters(false));
        return der.Length;
    }

    private static async ValueTask<byte[]> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaximumLength + 1];
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, useAsync: true);
            await using (file.ConfigureAwait(false))
            {
                var length = await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                return length <= MaximumLength ? buffer[..length] : throw Unusable(path, $"is longer than {MaximumLength} bytes");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CofferException($"pkcs11 recipient '{Printable.Of(path)}' cannot be read", hint: "after pkcs11: stands the name of a file", inner: e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    private static CofferException Unusable(string path, string what) => new($"pkcs11 recipient '{Printable.Of(path)}' {what}", hint: Forms);
}
