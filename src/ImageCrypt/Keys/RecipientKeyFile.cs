using System.Security.Cryptography;
using Coffer.ImageCrypt.Keys.Der;
using Coffer.ImageCrypt.Keys.Pem;
using Coffer.Jose;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Keys;

/// <summary>
/// Reads the files that <c>jwe:</c> names: public keys as SubjectPublicKeyInfo or PKCS#1, certificates (for their key), PEM or
/// DER, public JWK and JWK sets, and symmetric JWK.
/// </summary>
internal static class RecipientKeyFile
{
    private const string Read = "read are public keys (SPKI or PKCS#1, PEM or DER), certificates, public JWK and JWK sets";

    /// <summary>The keys to encrypt to: one, or every usable one of a JWK set. The caller disposes them.</summary>
    /// <exception cref="CofferException">Unreadable, something else, or a key that cannot be encrypted to.</exception>
    public static async ValueTask<IReadOnlyList<Jwk>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var content = await KeyFile.ReadAsync(path, "recipient file", KeyFile.MaxBytes, cancellationToken).ConfigureAwait(false);
        var file = $"recipient file '{Printable.Of(path)}'";
        try
        {
            return KeyFileSniffer.Sniff(content) switch
            {
                KeyFileForm.Pem => [ReadPem(content, file)],
                KeyFileForm.Der => [ReadDer(content, file)],
                KeyFileForm.Json => ReadJson(KeyFileSniffer.Trim(content), file),
                KeyFileForm.Pkcs11 => throw new CofferException($"{file} is a PKCS#11 key file", hint: "use -e pkcs11:FILE"),
                KeyFileForm.PgpSecret or KeyFileForm.PgpPublic => throw new CofferException($"{file} is an OpenPGP key", hint: "use -e pgp:USER"),
                KeyFileForm.Empty => throw new CofferException($"{file} is empty"),
                _ => throw Unknown(content, file),
            };
        }
        catch (JoseException e)
        {
            throw new CofferException($"{file} has a key that cannot be encrypted to: {e.Message}", inner: e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private static CofferException Unknown(ReadOnlyMemory<byte> content, string file) =>
        ForeignKeyFile.Recognize(KeyFileSniffer.Trim(content).Span) is { } foreign
            ? new CofferException($"{file} is {foreign.Name}, which is not read", hint: foreign.Hint)
            : new CofferException($"{file} is not a key that can be encrypted to", hint: Read);

    private static Jwk ReadPem(ReadOnlyMemory<byte> text, string file)
    {
        var blocks = PemReader.Read(text.Span, file);
        try
        {
            if (blocks.Any(CertificateFile.IsCertificate) && !blocks.Any(IsPrivate)) return OfCertificate(text, file);
            var block = blocks.FirstOrDefault(b => b.Label != "EC PARAMETERS") ?? throw new CofferException($"{file} has no key", hint: Read);
            if (blocks.FirstOrDefault(IsPrivate) is { } secret) throw Private(file, secret.Data);
            return blocks.Count(b => b.Label != "EC PARAMETERS") == 1
                ? ReadDer(block.Data, file)
                : throw new CofferException($"{file} has several public keys", hint: "give a file for each recipient");
        }
        finally
        {
            foreach (var block in blocks) block.Dispose();
        }
    }

    private static bool IsPrivate(PemBlock block) => block.Label.EndsWith("PRIVATE KEY", StringComparison.Ordinal);

    private static Jwk ReadDer(ReadOnlyMemory<byte> der, string file) => DerSniffer.Sniff(der) switch
    {
        DerShape.PublicKey => Jwk.ImportSubjectPublicKeyInfo(der),
        DerShape.Pkcs1Public => Jwk.ImportPkcs1Public(der),
        DerShape.Certificate => OfCertificate(der, file),
        DerShape.Pkcs8 or DerShape.EncryptedPkcs8 or DerShape.Pkcs1Private or DerShape.Sec1 => throw Private(file, der),
        DerShape.CertificateRequest => throw new CofferException($"{file} is a certificate request", hint: "openssl req -in FILE -noout -pubkey takes its public key out"),
        DerShape.Pkcs12 => throw new CofferException($"{file} is a PKCS#12 file", hint: "openssl pkcs12 -in FILE -clcerts -nokeys takes its certificate out"),
        DerShape.Cms => throw new CofferException($"{file} is a PKCS#7 or CMS message", hint: "openssl pkcs7 -print_certs takes certificates out of one"),
        _ => throw new CofferException($"{file} is not a key that can be encrypted to", hint: Read),
    };

    private static Jwk OfCertificate(ReadOnlyMemory<byte> content, string file)
    {
        using var certificate = CertificateFile.Read(content, file);
        return Jwk.ImportSubjectPublicKeyInfo(certificate.PublicKey.ExportSubjectPublicKeyInfo());
    }

    private static CofferException Private(string file, ReadOnlyMemory<byte> der) => new(
        $"{file} is a private key: encrypting takes its public half",
        hint: DerSniffer.Sniff(der) == DerShape.Unknown ? "openssl pkey -in FILE -pubout (ssh-keygen -e -m PKCS8 for an OpenSSH key)" : "openssl pkey -in FILE -pubout");

    private static IReadOnlyList<Jwk> ReadJson(ReadOnlyMemory<byte> json, string file)
    {
        var reasons = new List<string>();
        var keys = JwkFile.Read(json, (what, e) => new CofferException($"{file} {what}", inner: e), reasons.Add, out var kind);
        if (kind == JsonFileKind.Set) keys = WithoutSigners(keys);
        // A recipient that is left out would only be missed when the image cannot be opened, so that a set is all or nothing.
        var problem = kind switch
        {
            JsonFileKind.Pkcs11 => "is a PKCS#11 key file: use -e pkcs11:FILE",
            JsonFileKind.Encrypted => "is an encrypted JWK",
            JsonFileKind.Unknown => "is JSON, but neither a JWK nor a JWK set",
            _ when reasons.Count > 0 => $"names a recipient that cannot be used: {reasons[0]}",
            _ when keys.Count == 0 => "is a JWK set without keys",
            _ when keys.FirstOrDefault(k => k.HasPrivateKey && k.Type != JwkType.Symmetric) is { } secret => $"has a private key ({secret}): encrypting takes its public half",
            _ => null,
        };
        if (problem is null) return keys;
        foreach (var key in keys) key.Dispose();
        throw new CofferException($"{file} {problem}", hint: kind == JsonFileKind.Unknown ? Read : null);
    }

    // Sets are often published with keys for signatures among them, which say that they are no recipients.
    private static List<Jwk> WithoutSigners(IReadOnlyList<Jwk> keys)
    {
        foreach (var key in keys.Where(k => k.Use == "sig")) key.Dispose();
        return [.. keys.Where(k => k.Use != "sig")];
    }
}
