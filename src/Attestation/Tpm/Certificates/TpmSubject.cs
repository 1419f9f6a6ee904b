using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Coffer.Attestation.Tpm.Certificates;

/// <summary>
/// The TPM's manufacturer, model and version out of the subject alternative name's directory name (TCG EK Credential Profile, section
/// 3.2.9). The extension is critical where the subject is empty.
/// </summary>
internal static class TpmSubject
{
    private const string SubjectAlternativeName = "2.5.29.17", Manufacturer = "2.23.133.2.1", Model = "2.23.133.2.2", Version = "2.23.133.2.3";
    private const int MostNames = 32, MostCharacters = 256;
    private static readonly Asn1Tag DirectoryName = new(TagClass.ContextSpecific, 4);

    public static (string? Manufacturer, string? Model, string? Version) Read(X509Certificate2 certificate)
    {
        var found = new Dictionary<string, string>();
        if (certificate.Extensions.FirstOrDefault(e => e.Oid?.Value == SubjectAlternativeName) is { } extension)
        {
            try
            {
                ReadNames(new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence(), found);
            }
            catch (AsnContentException e)
            {
                throw new AttestationException(AttestationFault.Malformed, "the endorsement key's certificate has a subject alternative name that is none", inner: e);
            }
        }
        return (found.GetValueOrDefault(Manufacturer), found.GetValueOrDefault(Model), found.GetValueOrDefault(Version));
    }

    private static void ReadNames(AsnReader names, Dictionary<string, string> found)
    {
        for (var count = 0; names.HasData && count < MostNames; count++)
        {
            if (!names.PeekTag().HasSameClassAndValue(DirectoryName))
            {
                names.ReadEncodedValue();
                continue;
            }
            var directory = names.ReadSequence(DirectoryName).ReadSequence();
            while (directory.HasData) ReadAttributes(directory.ReadSetOf(skipSortOrderValidation: true), found);
        }
    }

    private static void ReadAttributes(AsnReader set, Dictionary<string, string> found)
    {
        while (set.HasData)
        {
            var attribute = set.ReadSequence();
            var id = attribute.ReadObjectIdentifier();
            var tag = attribute.PeekTag();
            if (id is not (Manufacturer or Model or Version) || tag.TagClass != TagClass.Universal) continue;
            if ((UniversalTagNumber)tag.TagValue is UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString or UniversalTagNumber.IA5String)
                found[id] = Oci.Printable.Of(attribute.ReadCharacterString((UniversalTagNumber)tag.TagValue), MostCharacters);
        }
    }
}
