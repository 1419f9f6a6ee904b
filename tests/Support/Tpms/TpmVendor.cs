using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Coffer.Support;

/// <summary>A vendor of software TPMs: a root and an intermediate authority, which certify the endorsement keys that swtpm_setup makes.</summary>
public sealed class TpmVendor : IDisposable
{
    private readonly TempDirectory _folder = new();

    /// <summary>Makes the two authorities.</summary>
    /// <param name="name">Part of their names.</param>
    public TpmVendor(string name = "Coffer test")
    {
        using var rootKey = RSA.Create(2048);
        using var intermediateKey = RSA.Create(2048);
        var from = DateTimeOffset.UnixEpoch.AddYears(50);
        var to = from.AddYears(40);
        using var root = Authority($"CN={name} TPM root", rootKey).CreateSelfSigned(from, to);
        using var intermediate = Authority($"CN={name} TPM intermediate", intermediateKey).Create(root, from, to, RandomNumberGenerator.GetBytes(8));
        (RootPem, IntermediatePem) = (root.ExportCertificatePem(), intermediate.ExportCertificatePem());
        IntermediateKeyPem = intermediateKey.ExportPkcs8PrivateKeyPem();
        RootKeyPem = rootKey.ExportPkcs8PrivateKeyPem();
        _folder.Write("signkey.pem", IntermediateKeyPem);
        _folder.Write("issuercert.pem", IntermediatePem);
        var authority = _folder.Write("localca.conf", $"""
            statedir = {_folder.Path}
            signingkey = {_folder.Combine("signkey.pem")}
            issuercert = {_folder.Combine("issuercert.pem")}
            certserial = {_folder.Combine("certserial")}

            """);
        var options = _folder.Write("localca.options", "--platform-manufacturer Coffer\n--platform-version 1\n--platform-model Test\n");
        Configuration = _folder.Write("setup.conf", $"""
            create_certs_tool = {Peers.Find("swtpm_localca")}
            create_certs_tool_config = {authority}
            create_certs_tool_options = {options}
            active_pcr_banks = sha256

            """);
    }

    /// <summary>The self-signed root.</summary>
    public string RootPem { get; }

    /// <summary>The root's private key, for revocation lists.</summary>
    public string RootKeyPem { get; }

    /// <summary>What issues the certificates of endorsement keys.</summary>
    public string IntermediatePem { get; }

    /// <summary>The intermediate's private key, for revocation lists.</summary>
    public string IntermediateKeyPem { get; }

    /// <summary>Both certificates, the root first.</summary>
    public string BundlePem => $"{RootPem}\n{IntermediatePem}\n";

    internal string Configuration { get; }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private static CertificateRequest Authority(string name, RSA key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }
}
