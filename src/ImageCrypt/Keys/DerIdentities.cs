using Coffer.ImageCrypt.Keys.Der;
using Coffer.ImageCrypt.Keys.Pem;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Keys;

/// <summary>Identities from DER files and PEM blocks.</summary>
internal static class DerIdentities
{
    /// <summary>The identities of one DER structure.</summary>
    /// <exception cref="CofferException">It is something else, or protected and no password opens it.</exception>
    public static async ValueTask<IReadOnlyList<Identity>> ReadAsync(ReadOnlyMemory<byte> der, KeyFileContext file, CancellationToken cancellationToken)
    {
        switch (DerSniffer.Sniff(der))
        {
            case DerShape.Pkcs8 or DerShape.Pkcs1Private or DerShape.Sec1:
                return [new PrivateKeyIdentity(file.Source, PrivateKeys.Read(der, file)!)];
            case DerShape.EncryptedPkcs8:
                return [new PrivateKeyIdentity(file.Source, await PrivateKeys.ReadProtectedAsync(der, file, cancellationToken).ConfigureAwait(false))];
            case DerShape.Certificate:
                return [new CertificateIdentity(file.Source, CertificateFile.Parse(der, file.Name))];
            case DerShape.Pkcs12:
                return await Pkcs12File.ReadAsync(der, file, cancellationToken).ConfigureAwait(false);
            case DerShape.PublicKey or DerShape.Pkcs1Public:
                throw file.Wrong("is a public key: decrypting takes the private one");
            case DerShape.CertificateRequest:
                throw file.Wrong("is a certificate request: decrypting takes the private key");
            case DerShape.Cms:
                throw file.Wrong("is a PKCS#7 or CMS message, not a key", "openssl pkcs7 -print_certs takes certificates out of one");
            default:
                throw file.Wrong("is not a key that is read", KeyFileContext.Read);
        }
    }

    /// <summary>The identities of a PEM file: each private key and each certificate.</summary>
    /// <exception cref="CofferException">A block that is something else, or a protected one that no password opens.</exception>
    public static async ValueTask<IReadOnlyList<Identity>> ReadPemAsync(ReadOnlyMemory<byte> text, KeyFileContext file, CancellationToken cancellationToken)
    {
        var blocks = PemReader.Read(text.Span, file.Name);
        var identities = new List<Identity>();
        try
        {
            foreach (var block in blocks)
            {
                if (!IsBeside(block, blocks)) identities.AddRange(await ReadBlockAsync(block, file, cancellationToken).ConfigureAwait(false));
            }
            if (identities.Count == 0) throw file.Wrong("has no key and no certificate", KeyFileContext.Read);
            return identities;
        }
        catch
        {
            identities.ForEach(i => i.Dispose());
            throw;
        }
        finally
        {
            foreach (var block in blocks) block.Dispose();
        }
    }

    private static async ValueTask<IReadOnlyList<Identity>> ReadBlockAsync(PemBlock block, KeyFileContext file, CancellationToken cancellationToken)
    {
        if (block.Label == "OPENSSH PRIVATE KEY") throw Foreign(block, file);
        if (CertificateFile.IsCertificate(block)) return [new CertificateIdentity(file.Source, CertificateFile.Parse(block.Data, file.Name))];
        if (block.IsLegacyProtected)
        {
            var password = await file.Password.GetAsync(cancellationToken).ConfigureAwait(false);
            return [new PrivateKeyIdentity(file.Source, PrivateKeys.Opened(LegacyPemCipher.Decrypt(block, password, file.Name), file))];
        }
        // Labels are often wrong; what counts is the structure.
        return DerSniffer.Sniff(block.Data) == DerShape.Unknown
            ? throw Foreign(block, file)
            : await ReadAsync(block.Data, file, cancellationToken).ConfigureAwait(false);
    }

    private static CofferException Foreign(PemBlock block, KeyFileContext file)
    {
        var beginning = System.Text.Encoding.UTF8.GetBytes($"-----BEGIN {block.Label}-----");
        return ForeignKeyFile.Recognize(beginning) is { } foreign
            ? file.Wrong($"is {foreign.Name}, which is not read", foreign.Hint)
            : file.Wrong($"has a PEM block '{Printable.Of(block.Label, 64)}', which is not read", KeyFileContext.Read);
    }

    // What openssl puts beside a key and opens nothing: curve parameters, and the public half of a private key.
    private static bool IsBeside(PemBlock block, IReadOnlyList<PemBlock> blocks) =>
        blocks.Count > 1 && (block.Label is "EC PARAMETERS" || (block.Label is "PUBLIC KEY" or "RSA PUBLIC KEY" && blocks.Any(b => b.Label.EndsWith("PRIVATE KEY", StringComparison.Ordinal))));
}
