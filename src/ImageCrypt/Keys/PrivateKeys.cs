using System.Security.Cryptography;
using Coffer.ImageCrypt.Keys.Der;
using Coffer.Jose;

namespace Coffer.ImageCrypt.Keys;

/// <summary>Private keys, protected or not, from their DER forms.</summary>
internal static class PrivateKeys
{
    /// <summary>An unprotected key; null if the shape is not that of a private key.</summary>
    /// <exception cref="Oci.CofferException">The key itself is unusable: too small, an unknown curve, not RSA or EC.</exception>
    public static Jwk? Read(ReadOnlyMemory<byte> der, KeyFileContext file)
    {
        try
        {
            return DerSniffer.Sniff(der) switch
            {
                DerShape.Pkcs8 => Jwk.ImportPkcs8(der),
                DerShape.Pkcs1Private => Jwk.ImportPkcs1Private(der),
                DerShape.Sec1 => Jwk.ImportSec1(der),
                _ => null,
            };
        }
        catch (JoseException e)
        {
            throw file.Wrong($"has a private key that cannot be used: {e.Message}", inner: e);
        }
    }

    /// <summary>A key protected as PKCS#8 protects.</summary>
    /// <exception cref="WrongPasswordException">The password does not open it.</exception>
    /// <exception cref="Oci.CofferException">No password, protection that is not read, or an unusable key.</exception>
    public static async ValueTask<Jwk> ReadProtectedAsync(ReadOnlyMemory<byte> der, KeyFileContext file, CancellationToken cancellationToken)
    {
        var password = await file.Password.GetAsync(cancellationToken).ConfigureAwait(false);
        return Opened(EncryptedPkcs8.Decrypt(der, password, file.Name), file);
    }

    /// <summary>
    /// A key in what a password brought to light. A wrong password now and then yields sound padding around noise, so that
    /// anything but a private key means a wrong password. Zeroes <paramref name="der"/>.
    /// </summary>
    public static Jwk Opened(byte[]? der, KeyFileContext file)
    {
        try
        {
            return (der is null ? null : Read(der, file)) ?? throw new WrongPasswordException(file.Source);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }
}
