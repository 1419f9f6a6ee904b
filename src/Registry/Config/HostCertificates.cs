using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.Oci;

namespace Coffer.Registry.Config;

/// <summary>
/// The certificates kept for one registry: authorities in <c>*.crt</c>, client pairs in <c>*.cert</c> and <c>*.key</c>
/// (containers-certs.d(5)). Disposal frees the client keys.
/// </summary>
internal sealed class HostCertificates : IDisposable
{
    private const int MostFiles = 256;
    private const int MostBytes = 1024 * 1024;

    public X509Certificate2Collection Authorities { get; } = [];

    public X509Certificate2Collection Clients { get; } = [];

    /// <summary>Reads the folder given, else the first of the system's and user's folders that has one for the host.</summary>
    /// <exception cref="CofferException">A folder was named and is not there, or a certificate cannot be read.</exception>
    public static HostCertificates Load(string host, string? certDir, HostPlaces places)
    {
        var found = new HostCertificates();
        if (certDir is not null)
        {
            if (!Directory.Exists(certDir)) throw new CofferException($"there is no certificate folder {Printable.Of(certDir)}", ExitStatus.Usage);
            found.Read(certDir);
            return found;
        }
        foreach (var folder in Folders(places).Select(f => Path.Combine(f, host)))
        {
            if (!Directory.Exists(folder)) continue;
            found.Read(folder);
            break;
        }
        return found;
    }

    public void Dispose()
    {
        foreach (var certificate in Authorities.Concat(Clients)) certificate.Dispose();
    }

    private static IEnumerable<string> Folders(HostPlaces places)
    {
        if (places.Home is { } home) yield return Path.Combine(home, ".config", "containers", "certs.d");
        yield return Path.Combine(places.Etc, "containers", "certs.d");
        yield return Path.Combine(places.Etc, "docker", "certs.d");
    }

    private void Read(string folder)
    {
        try
        {
            var files = Directory.GetFiles(folder);
            if (files.Length > MostFiles) throw new CofferException($"certificate folder {Printable.Of(folder)} holds more than {MostFiles} files");
            foreach (var file in files.Order(StringComparer.Ordinal)) ReadOne(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CofferException($"certificate folder {Printable.Of(folder)} cannot be read: {Printable.Of(e.Message)}", inner: e);
        }
    }

    private void ReadOne(string file)
    {
        try
        {
            switch (Path.GetExtension(file))
            {
                case ".crt":
                    Authorities.ImportFromPem(Text(file));
                    break;
                case ".cert":
                    var key = Path.ChangeExtension(file, ".key");
                    if (!File.Exists(key)) throw new CofferException($"client certificate {Printable.Of(file)} has no key {Printable.Of(Path.GetFileName(key))} beside it");
                    Clients.Add(X509Certificate2.CreateFromPem(Text(file), Text(key)));
                    break;
                case ".key" when !File.Exists(Path.ChangeExtension(file, ".cert")):
                    throw new CofferException($"client key {Printable.Of(file)} has no certificate {Printable.Of(Path.GetFileNameWithoutExtension(file))}.cert beside it", hint: "authorities end in .crt, client certificates in .cert");
            }
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new CofferException($"{Printable.Of(file)} is not a PEM certificate, or its key does not match", inner: e);
        }
    }

    private static string Text(string file)
    {
        if (new FileInfo(file).Length > MostBytes) throw new CofferException($"{Printable.Of(file)} is larger than {MostBytes} bytes");
        return File.ReadAllText(file);
    }
}
