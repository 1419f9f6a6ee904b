using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Coffer.KeyBroker.Trust;

/// <summary>Who issued a certificate revocation list, and until when it counts (RFC 5280 section 5.1).</summary>
/// <param name="Issuer">The issuer's name in DER.</param>
/// <param name="NextUpdate">When its successor is due; null where it does not say.</param>
internal sealed record RevocationListFacts(X500DistinguishedName Issuer, DateTimeOffset? NextUpdate)
{
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: no such list.</exception>
    public static RevocationListFacts Read(ReadOnlyMemory<byte> der)
    {
        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.DER);
            var list = reader.ReadSequence().ReadSequence();
            reader.ThrowIfNotEmpty();
            if (list.PeekTag().HasSameClassAndValue(Asn1Tag.Integer)) list.ReadInteger(); // version 2; version 1 does not say
            list.ReadSequence(); // algorithm of the signature
            var issuer = new X500DistinguishedName(list.ReadEncodedValue().Span);
            _ = Time(list);
            return new RevocationListFacts(issuer, list.HasData && IsTime(list) ? Time(list) : null);
        }
        catch (Exception e) when (e is AsnContentException or System.Security.Cryptography.CryptographicException)
        {
            throw new BrokerException(BrokerFault.BadRequest, "a revocation list is not of its form", inner: e);
        }
    }

    private static bool IsTime(AsnReader reader) => reader.PeekTag() is var tag && (tag.HasSameClassAndValue(Asn1Tag.UtcTime) || tag.HasSameClassAndValue(Asn1Tag.GeneralizedTime));

    private static DateTimeOffset Time(AsnReader reader) => reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();
}
