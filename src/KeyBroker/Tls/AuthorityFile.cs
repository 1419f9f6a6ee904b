using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coffer.KeyBroker.Files;
using Coffer.Oci;

namespace Coffer.KeyBroker.Tls;

/// <summary>The authority's certificate as a file in the data folder (<c>ca.pem</c>, 0644), which clients pin.</summary>
internal static class AuthorityFile
{
    public const string FileName = "ca.pem";
    private const UnixFileMode Public = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Writes the file where it is absent.</summary>
    /// <returns>Its path, and whether it was made now.</returns>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Conflict"/>: there is one of another authority.</exception>
    public static (string Path, bool IsNew) Ensure(string folder, CertificateAuthority authority)
    {
        var path = Path.Combine(folder, FileName);
        if (PrivateFiles.Create(path, Encoding.ASCII.GetBytes(authority.Certificate.ExportCertificatePem() + "\n")))
        {
            File.SetUnixFileMode(path, Public);
            return (path, true);
        }
        return Holds(path, authority) ? (path, false) : throw new BrokerException(
            BrokerFault.Conflict, $"{Printable.Of(path)} is not the certificate of this store's authority", "move it away: the right one is written anew; clients that pin the other one refuse this broker");
    }

    private static bool Holds(string path, CertificateAuthority authority)
    {
        try
        {
            var there = new X509Certificate2Collection();
            there.ImportFromPemFile(path);
            return there.Any(c => c.RawDataMemory.Span.SequenceEqual(authority.Certificate.RawDataMemory.Span));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return false;
        }
    }
}
