using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography.X509Certificates;

namespace Coffer.Attestation.Tpm.Certificates;

/// <summary>
/// A complete certificate revocation list (RFC 5280 section 5): parsed here, since the platform takes lists only from where
/// certificates point, and nothing is fetched.
/// </summary>
public sealed class RevocationList
{
    private const int MostBytes = 2 * 1024 * 1024, MostEntries = 200_000;
    private readonly HashSet<BigInteger> _revoked = [];

    private RevocationList(byte[] der) => Der = der;

    /// <summary>Whose certificates it is about.</summary>
    public X500DistinguishedName Issuer { get; private set; } = new("");

    /// <summary>When it was made.</summary>
    public DateTimeOffset ThisUpdate { get; private set; }

    /// <summary>Until when the next one is due, and this one counts.</summary>
    public DateTimeOffset NextUpdate { get; private set; }

    internal byte[] Der { get; }

    /// <summary>What is signed.</summary>
    internal ReadOnlyMemory<byte> Signed { get; private set; }

    internal string SignatureAlgorithm { get; private set; } = "";

    internal byte[] Signature { get; private set; } = [];

    /// <summary>Whether a certificate's serial number stands in it. Whether the list is that of the certificate's issuer, the caller says.</summary>
    public bool Revokes(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return _revoked.Contains(new BigInteger(certificate.SerialNumberBytes.Span, isBigEndian: true));
    }

    /// <summary>Whether it is an authority's, which signed it: RSA (PKCS #1 v1.5) or ECDSA over SHA-256, SHA-384 or SHA-512.</summary>
    public bool IsSignedBy(X509Certificate2 authority)
    {
        ArgumentNullException.ThrowIfNull(authority);
        return ListSignature.Holds(this, authority);
    }

    /// <summary>Parses one; a list of only some certificates, or one without an end, is not taken.</summary>
    /// <param name="der">DER, at most 2 MiB with 200,000 entries.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>, or <see cref="AttestationFault.Unsupported"/>: it has a critical extension.</exception>
    public static RevocationList Parse(byte[] der)
    {
        ArgumentNullException.ThrowIfNull(der);
        if (der.Length > MostBytes) throw Malformed($"has {der.Length} bytes; at most {MostBytes} are read");
        try
        {
            var list = new RevocationList(der);
            var whole = new AsnReader(der, AsnEncodingRules.DER);
            var sequence = whole.ReadSequence();
            whole.ThrowIfNotEmpty();
            list.Signed = sequence.PeekEncodedValue();
            list.ReadContent(sequence.ReadSequence());
            list.SignatureAlgorithm = sequence.ReadSequence().ReadObjectIdentifier();
            list.Signature = sequence.ReadBitString(out var unused);
            sequence.ThrowIfNotEmpty();
            return unused == 0 ? list : throw Malformed("has a signature of broken bytes");
        }
        catch (AsnContentException e)
        {
            throw Malformed("is not DER of RFC 5280", e);
        }
    }

    private void ReadContent(AsnReader content)
    {
        if (content.PeekTag().HasSameClassAndValue(Asn1Tag.Integer) && content.ReadInteger() != BigInteger.One) throw Malformed("is neither of version 1 nor of version 2");
        content.ReadSequence(); // the algorithm again
        Issuer = new X500DistinguishedName(content.PeekEncodedValue().Span);
        content.ReadSequence();
        ThisUpdate = ReadTime(content);
        if (!content.HasData || !IsTime(content.PeekTag())) throw Malformed("does not say when the next one is due (nextUpdate), so it could be of any age");
        NextUpdate = ReadTime(content);
        if (content.HasData && content.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence)) ReadEntries(content.ReadSequence());
        if (content.HasData) CheckExtensions(content.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence());
    }

    private void ReadEntries(AsnReader entries)
    {
        while (entries.HasData)
        {
            if (_revoked.Count == MostEntries) throw Malformed($"has more than {MostEntries} entries");
            var entry = entries.ReadSequence();
            _revoked.Add(entry.ReadInteger());
            ReadTime(entry);
            if (entry.HasData) CheckExtensions(entry.ReadSequence());
        }
    }

    // Critical ones make it a list of some certificates only, or the difference to another list, or name another issuer in an entry.
    private static void CheckExtensions(AsnReader extensions)
    {
        while (extensions.HasData)
        {
            var extension = extensions.ReadSequence();
            var id = extension.ReadObjectIdentifier();
            if (extension.HasData && extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean())
                throw new AttestationException(AttestationFault.Unsupported, $"a revocation list has the critical extension {id}, which is not known here", "install the issuer's complete list");
        }
    }

    private static bool IsTime(Asn1Tag tag) => tag.HasSameClassAndValue(Asn1Tag.UtcTime) || tag.HasSameClassAndValue(Asn1Tag.GeneralizedTime);

    private static DateTimeOffset ReadTime(AsnReader reader) => reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    private static AttestationException Malformed(string what, Exception? inner = null) => new(AttestationFault.Malformed, $"a revocation list {what}", inner: inner);
}
