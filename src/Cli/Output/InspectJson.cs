using System.Text.Json;
using Coffer.ImageCrypt.Inspect;
using Coffer.Oci;

namespace Coffer.Cli.Output;

/// <summary><c>inspect --json</c>: an interface, to which fields are only ever added.</summary>
internal static class InspectJson
{
    public static void Write(TextWriter output, ImageReport report) => JsonOutput.Write(output, json =>
    {
        json.WriteString("image", report.Image);
        json.WriteString("digest", report.Root.ToString());
        json.WriteBoolean("encrypted", report.Encrypted);
        json.WriteStartArray("platforms");
        foreach (var instance in report.Platforms) WriteInstance(json, instance);
        json.WriteEndArray();
        WriteStrings(json, "clear", report.Platforms.SelectMany(p => p.Clear).Distinct());
        WriteStrings(json, "secrets", report.Platforms.SelectMany(p => p.Secrets).Distinct());
    });

    private static void WriteInstance(Utf8JsonWriter json, InstanceReport instance)
    {
        json.WriteStartObject();
        json.WriteString("os", instance.Platform?.Os);
        json.WriteString("architecture", instance.Platform?.Architecture);
        WriteIfAny(json, "variant", instance.Platform?.Variant);
        WriteIfAny(json, "artifactType", instance.ArtifactType);
        json.WriteString("digest", instance.Manifest.ToString());
        json.WriteStartArray("layers");
        foreach (var layer in instance.Layers) WriteLayer(json, layer);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteLayer(Utf8JsonWriter json, LayerReport layer)
    {
        json.WriteStartObject();
        json.WriteNumber("index", layer.Index);
        json.WriteString("digest", layer.Descriptor.Digest.ToString());
        json.WriteNumber("size", layer.Descriptor.Size);
        json.WriteString("mediaType", layer.Descriptor.MediaType);
        json.WriteBoolean("encrypted", layer.Encrypted);
        json.WriteString("cipher", layer.Cipher);
        WriteIfAny(json, "trouble", layer.Trouble);
        json.WriteStartArray("recipients");
        foreach (var recipient in layer.Recipients) WriteRecipient(json, recipient);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRecipient(Utf8JsonWriter json, NumberedRecipient recipient)
    {
        var description = recipient.Description;
        json.WriteStartObject();
        json.WriteNumber("n", recipient.Number);
        json.WriteString("scheme", description.Scheme);
        WriteIfAny(json, "algorithm", description.Algorithm);
        WriteIfAny(json, "kid", description.Kid);
        WriteIfAny(json, "issuer", description.Issuer);
        WriteIfAny(json, "serial", description.Serial);
        WriteIfAny(json, "provider", description.Provider);
        WriteIfAny(json, "keyId", description.KeyId);
        WriteIfAny(json, "damage", recipient.Damage);
        json.WriteEndObject();
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static void WriteIfAny(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null) json.WriteString(name, value);
    }
}
