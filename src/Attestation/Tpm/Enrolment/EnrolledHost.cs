using System.Text.Json;

namespace Coffer.Attestation.Tpm.Enrolment;

/// <summary>Where a node is enrolled, as its state folder keeps it in <c>host.json</c>. Nothing of it is secret.</summary>
/// <param name="Broker">The broker's URL.</param>
/// <param name="Host">The host's identifier there.</param>
/// <param name="AkName">Name of the attestation key that was enrolled, in hexadecimal digits.</param>
public sealed record EnrolledHost(string Broker, string Host, string AkName)
{
    /// <summary>Its name in the state folder.</summary>
    public const string FileName = "host.json";

    internal static EnrolledHost Parse(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4 });
            return new EnrolledHost(Text(document, "broker"), Text(document, "host"), Text(document, "ak_name"));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new AttestationException(AttestationFault.Malformed, $"{FileName} in the state folder is not what enrolling writes", "enroll again: coffer attest enroll", e);
        }
    }

    internal byte[] ToJson()
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("broker", Broker);
            writer.WriteString("host", Host);
            writer.WriteString("ak_name", AkName);
            writer.WriteEndObject();
        }
        return bytes.ToArray();
    }

    private static string Text(JsonDocument document, string name) => document.RootElement.GetProperty(name).GetString() ?? throw new JsonException(name);
}
