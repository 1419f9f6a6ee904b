using Coffer.ImageCrypt.Keys;
using Coffer.Jose;
using Coffer.Oci;

namespace Coffer.ImageCrypt.KeyWrap.Pkcs7;

/// <summary>PKCS#7 envelopes for RSA certificates, as ocicrypt has them: see <see cref="EnvelopeWriter"/>.</summary>
internal sealed class Pkcs7Scheme : IKeyWrapScheme
{
    public string Name => "pkcs7";

    public bool Owns(string annotation) => annotation == EncAnnotations.Pkcs7;

    public async ValueTask<IReadOnlyList<IKeyWrapper>> CreateWrappersAsync(IReadOnlyList<RecipientSpec> recipients, CancellationToken cancellationToken)
    {
        var addressees = new List<EnvelopeAddressee>();
        foreach (var recipient in recipients) addressees.Add(await ReadAsync(recipient.Argument, cancellationToken).ConfigureAwait(false));
        return addressees.Count <= EnvelopeReader.MaxRecipients
            ? [new Pkcs7KeyWrapper(addressees)]
            : throw new CofferException($"{addressees.Count} pkcs7 recipients are more than the {EnvelopeReader.MaxRecipients} of one envelope");
    }

    public IKeyUnwrapper? CreateUnwrapper(IReadOnlyList<Identity> identities)
    {
        var keys = identities.OfType<PrivateKeyIdentity>().ToList();
        var certificates = identities.OfType<CertificateIdentity>().ToList();
        return keys.Count + certificates.Count > 0 ? new Pkcs7KeyUnwrapper(keys, certificates) : null;
    }

    public IReadOnlyList<RecipientDescription> Describe(string annotation, ReadOnlyMemory<byte> packet) =>
        [.. EnvelopeReader.Read(packet).Recipients.Select(r => new RecipientDescription(Name)
        {
            Algorithm = r.Transport?.Name,
            Kid = r.SubjectKeyId is { } id ? Printable.Of(Convert.ToHexString(id), 128) : null,
            Issuer = r.Certificate?.IssuerText,
            Serial = r.Certificate?.SerialText,
        })];

    public byte[]? RemoveRecipient(ReadOnlyMemory<byte> packet, int recipient)
    {
        _ = EnvelopeReader.Read(packet);
        var parts = EnvelopeParts.Read(packet);
        ArgumentOutOfRangeException.ThrowIfNegative(recipient);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(recipient, parts.Recipients.Count);
        return parts.Without(recipient);
    }

    private static async ValueTask<EnvelopeAddressee> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var file = $"recipient file '{Printable.Of(path)}'";
        var content = await KeyFile.ReadAsync(path, "recipient file", KeyFile.MaxBytes, cancellationToken).ConfigureAwait(false);
        if (KeyFileSniffer.Sniff(content) is not (KeyFileForm.Pem or KeyFileForm.Der))
        {
            throw new CofferException($"{file} is not a certificate", hint: "pkcs7: takes X.509 certificates, PEM or DER; for a bare public key use jwe:FILE");
        }
        using var certificate = CertificateFile.Read(content, file);
        try
        {
            using var key = Jwk.ImportSubjectPublicKeyInfo(certificate.PublicKey.ExportSubjectPublicKeyInfo());
            if (key.Type != JwkType.Rsa)
            {
                throw new CofferException($"{file} has a certificate for an {key} key, and PKCS#7 recipients need RSA", hint: "jwe:FILE encrypts to the same certificate's key");
            }
            using var rsa = key.ToRsa();
            return new EnvelopeAddressee(CertificateId.Of(certificate), rsa.ExportParameters(false));
        }
        catch (JoseException e)
        {
            throw new CofferException($"{file} has a certificate whose key cannot be encrypted to: {Printable.Of(e.Message)}", inner: e);
        }
    }
}
