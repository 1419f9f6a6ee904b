using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Coffer.KeyBroker.Access.Certificates;

/// <summary>What a certificate says of its holder: the subject's parts and the subject alternative names (RFC 5280 sections 4.1.2.6 and 4.2.1.6).</summary>
internal sealed class CertificateFacts
{
    private const string AlternativeNames = "2.5.29.17";
    private static readonly Dictionary<string, string> Parts = new() { ["2.5.4.3"] = "cn", ["2.5.4.10"] = "o", ["2.5.4.11"] = "ou" };

    private readonly Dictionary<string, List<string>> _values = [];

    private CertificateFacts(X509Certificate2 certificate)
    {
        Subject = certificate.SubjectName.Decode(X500DistinguishedNameFlags.Reversed | X500DistinguishedNameFlags.UseCommas).Replace(", ", ",", StringComparison.Ordinal);
        if (Subject.Length > 0) Add("subject", Subject);
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames().Where(p => !p.HasMultipleElements))
        {
            if (part.GetSingleElementType().Value is { } oid && Parts.TryGetValue(oid, out var name) && part.GetSingleElementValue() is { } value) Add(name, value);
        }
        if (certificate.Extensions.FirstOrDefault(e => e.Oid?.Value == AlternativeNames) is { } names) ReadNames(names.RawData);
    }

    /// <summary>The subject as <c>openssl x509 -noout -subject -nameopt RFC2253</c> writes plain ones: <c>CN=alice,O=Example</c>.</summary>
    public string Subject { get; }

    /// <summary>How the audit names the holder.</summary>
    public string Name => Subject.Length > 0 ? Subject : Values("uri").Concat(Values("dns")).Concat(Values("email")).FirstOrDefault() ?? "";

    /// <exception cref="BrokerException"><see cref="BrokerFault.Unauthenticated"/>: it is malformed, or names nobody.</exception>
    public static CertificateFacts Of(X509Certificate2 certificate)
    {
        try
        {
            var facts = new CertificateFacts(certificate);
            if (facts.Name.Length > 0) return facts;
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            throw new BrokerException(BrokerFault.Unauthenticated, "the client certificate's names are malformed", inner: e);
        }
        throw new BrokerException(BrokerFault.Unauthenticated, "the client certificate names nobody");
    }

    public IReadOnlyCollection<string> Values(string name) => _values.TryGetValue(name, out var values) ? values : [];

    private void ReadNames(byte[] extension)
    {
        var names = new AsnReader(extension, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
        {
            var tag = names.PeekTag();
            var kind = tag.TagClass != TagClass.ContextSpecific ? null : tag.TagValue switch { 1 => "email", 2 => "dns", 6 => "uri", _ => null };
            if (kind is null) names.ReadEncodedValue();
            else Add(kind, names.ReadCharacterString(UniversalTagNumber.IA5String, tag));
        }
    }

    private void Add(string name, string value)
    {
        if (!_values.TryGetValue(name, out var values)) _values[name] = values = [];
        values.Add(value);
    }
}
