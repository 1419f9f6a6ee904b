using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.Oci;

namespace Coffer.ImageCrypt.KeyWrap.Provider;

/// <summary>What <c>grpc-tls</c> names, read from its files. Disposal releases the private key.</summary>
internal sealed class GrpcTlsFiles : IDisposable
{
    private readonly X509Certificate2Collection? _roots;
    private readonly X509Certificate2? _certificate;
    private readonly bool _skipVerify;

    private GrpcTlsFiles(X509Certificate2Collection? roots, X509Certificate2? certificate, bool skipVerify)
    {
        _roots = roots;
        _certificate = certificate;
        _skipVerify = skipVerify;
    }

    /// <summary>Reads the files.</summary>
    /// <exception cref="CofferException">A file is absent or not PEM of its kind: names it.</exception>
    public static GrpcTlsFiles Load(string provider, ProviderTls settings)
    {
        var roots = settings.RootCaFile is { } file ? Read(provider, "root-ca-file", file, () => ReadRoots(file)) : null;
        var certificate = settings is { CertFile: { } cert, KeyFile: { } key }
            ? Read(provider, "cert-file or key-file", $"{cert}, {key}", () => X509Certificate2.CreateFromPemFile(cert, key))
            : null;
        return new GrpcTlsFiles(roots, certificate, settings.SkipVerify);
    }

    /// <summary>TLS 1.2 or later with these roots and this certificate.</summary>
    public SslClientAuthenticationOptions ClientOptions()
    {
        var options = new SslClientAuthenticationOptions { EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 };
        if (_certificate is not null)
        {
            options.ClientCertificateContext = SslStreamCertificateContext.Create(_certificate, additionalCertificates: null, offline: true);
        }
        if (_roots is not null)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            policy.CustomTrustStore.AddRange(_roots);
            options.CertificateChainPolicy = policy;
        }
#pragma warning disable CA5359 // The configuration's own switch, named insecure, asks for exactly this.
        if (_skipVerify) options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        return options;
    }

    public void Dispose()
    {
        _certificate?.Dispose();
        foreach (var root in _roots ?? []) root.Dispose();
    }

    private static X509Certificate2Collection ReadRoots(string file)
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(file);
        return roots.Count > 0 ? roots : throw new CryptographicException("it holds no certificate in PEM");
    }

    private static T Read<T>(string provider, string field, string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new CofferException(
                $"key provider '{provider}': {field} {Printable.Of(file)} cannot be used: {Printable.Of(e.Message)}",
                hint: $"mend grpc-tls in the file that {ProviderConfig.Variable} names", inner: e);
        }
    }
}
