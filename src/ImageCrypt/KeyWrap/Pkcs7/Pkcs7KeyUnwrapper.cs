using System.Security.Cryptography;
using System.Text.Json;
using Coffer.ImageCrypt.Keys;
using Coffer.Jose;

namespace Coffer.ImageCrypt.KeyWrap.Pkcs7;

/// <summary>
/// Tries each private key on each recipient. Other tools want the certificate too, to find the recipient; here it only makes
/// the answer sharper: with it we know whose recipient it is, and that one of ours that does not open is damaged.
/// </summary>
internal sealed class Pkcs7KeyUnwrapper : IKeyUnwrapper
{
    private const string NotOpened = "this key does not open it, or the envelope was altered";

    private readonly IReadOnlyList<PrivateKeyIdentity> _keys;
    private readonly IReadOnlyList<(CertificateIdentity Identity, CertificateId Id, byte[] PublicKey)> _certificates;

    public Pkcs7KeyUnwrapper(IReadOnlyList<PrivateKeyIdentity> keys, IReadOnlyList<CertificateIdentity> certificates)
    {
        _keys = keys;
        _certificates = [.. certificates.Select(c => (c, CertificateId.Of(c.Certificate), c.Certificate.PublicKey.ExportSubjectPublicKeyInfo()))];
    }

    public ValueTask<UnwrapResult> UnwrapAsync(string annotation, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        try
        {
            return new(Unwrap(EnvelopeReader.Read(packet), cancellationToken));
        }
        catch (MalformedPacketException e)
        {
            return new(UnwrapResult.Failed([new UnwrapFailure("", "", e.Message, Damaged: true)]));
        }
    }

    private UnwrapResult Unwrap(Envelope envelope, CancellationToken cancellationToken)
    {
        if (envelope.Cipher is null) return UnwrapResult.Failed([new UnwrapFailure("", "", envelope.ContentRefusal!)]);
        var failures = new List<UnwrapFailure>();
        foreach (var identity in _keys)
        {
            var publicKey = identity.Key.Type == JwkType.Rsa ? identity.Key.ExportSubjectPublicKeyInfo() : null;
            for (var i = 0; i < envelope.Recipients.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var recipient = envelope.Recipients[i];
                var reason = WrongKind(identity.Key, recipient);
                if (reason is null && Open(identity.Key, recipient, envelope) is { } content) return UnwrapResult.Opened(content, i, failures);
                failures.Add(new UnwrapFailure(identity.Source, Label(recipient), reason ?? NotOpened, reason is null && IsCertainlyOf(recipient, publicKey)));
            }
        }
        return UnwrapResult.Failed([.. failures, .. _certificates.Select(c => OfCertificate(c.Identity, c.Id, c.PublicKey, envelope)).OfType<UnwrapFailure>()]);
    }

    private static string? WrongKind(Jwk key, EnvelopeRecipient recipient)
    {
        if (recipient.Transport is null) return recipient.Refusal;
        if (key.Type != JwkType.Rsa) return $"PKCS#7 recipients take an RSA key, this one is {key}";
        return recipient.EncryptedKey.Length == (key.KeyBits + 7) / 8
            ? null
            : $"it is sealed to an RSA key of about {recipient.EncryptedKey.Length * 8L} bits, this one has {key.KeyBits}";
    }

    private static byte[]? Open(Jwk key, EnvelopeRecipient recipient, Envelope envelope)
    {
        var contentKey = recipient.Transport!.Decrypt(key, recipient.EncryptedKey, envelope.Cipher!.KeyBytes);
        try
        {
            var content = envelope.Cipher.Decrypt(contentKey, envelope);
            if (content is null || envelope.Cipher.Authenticates || IsJson(content)) return content;
            CryptographicOperations.ZeroMemory(content);
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(contentKey);
        }
    }

    // CBC opens with one wrong key in 256: only what reads as the options is taken for them.
    private static bool IsJson(byte[] content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private bool IsCertainlyOf(EnvelopeRecipient recipient, byte[]? publicKey) =>
        publicKey is not null && recipient.Certificate is { } named
        && _certificates.Any(c => c.Id.IsSame(named) && c.PublicKey.AsSpan().SequenceEqual(publicKey));

    // What a certificate adds when nothing opened: that it names nobody here, or that its private key is not among those given.
    private UnwrapFailure? OfCertificate(CertificateIdentity identity, CertificateId id, byte[] publicKey, Envelope envelope)
    {
        var recipient = envelope.Recipients.FirstOrDefault(r => r.Certificate?.IsSame(id) == true);
        if (recipient is null) return new UnwrapFailure(identity.Source, "", "no recipient is named by this certificate");
        return _keys.Any(k => k.Key.Type == JwkType.Rsa && k.Key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(publicKey))
            ? null
            : new UnwrapFailure(identity.Source, Label(recipient), "the certificate fits, but its private key was not given");
    }

    private static string Label(EnvelopeRecipient recipient) =>
        recipient.Certificate is { } certificate ? $"serial {certificate.SerialText}"
        : recipient.SubjectKeyId is { } id ? $"key id {Convert.ToHexString(id.AsSpan(0, Math.Min(id.Length, 32)))}"
        : "";
}
