using System.Text.Json;

namespace Coffer.ImageCrypt.KeyWrap.Provider;

/// <summary>Reads requests as Go's ocicrypt and ocicrypt-rs write them.</summary>
internal static class RequestReader
{
    private const int MostValues = 1024; // under one name

    /// <param name="json">JSON in UTF-8.</param>
    /// <param name="names">The parameters to decode; null for all.</param>
    /// <exception cref="FormatException">See <see cref="KeyProviderRequest.Read(ReadOnlyMemory{byte})"/>.</exception>
    public static KeyProviderRequest Read(ReadOnlyMemory<byte> json, IReadOnlyCollection<string>? names)
    {
        if (json.Length > KeyProviderRequest.MaxBytes) throw new FormatException($"request of {json.Length} bytes; at most {KeyProviderRequest.MaxBytes} are read");
        try
        {
            using var document = JsonDocument.Parse(json, ProviderJson.Options);
            var root = document.RootElement;
            var operation = ProviderJson.Member(root, "op") is { ValueKind: JsonValueKind.String } op ? op.GetString() : null;
            return operation switch
            {
                "keywrap" => Read(root, KeyProviderOperation.KeyWrap, names, "keywrapparams", "ec", "optsdata"),
                "keyunwrap" => Read(root, KeyProviderOperation.KeyUnwrap, names, "keyunwrapparams", "dc", "annotation"),
                null => throw new FormatException("request has no op"),
                _ => throw new FormatException($"request has the unknown op '{Oci.Printable.Of(operation, 32)}'"),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The platform's message may quote the text, which holds secrets.
            throw new FormatException("request is not JSON");
        }
    }

    private static KeyProviderRequest Read(
        JsonElement root, KeyProviderOperation operation, IReadOnlyCollection<string>? names, string section, string config, string payload)
    {
        if (ProviderJson.Member(root, section) is not { } asked) throw new FormatException($"request has no {section}");
        if (asked.ValueKind != JsonValueKind.Object) throw new FormatException($"{section} is not an object");
        var parameters = ReadParameters(asked, names, section, config);
        return new KeyProviderRequest(operation, parameters, ReadPayload(asked, payload) ?? throw new FormatException($"request has no {section}.{payload}"));
    }

    private static Dictionary<string, IReadOnlyList<byte[]>> ReadParameters(JsonElement asked, IReadOnlyCollection<string>? names, string section, string config)
    {
        var values = new Dictionary<string, IReadOnlyList<byte[]>>();
        if (ProviderJson.Member(asked, config) is not { } settings) return values;
        if (settings.ValueKind != JsonValueKind.Object) throw new FormatException($"{section}.{config} is not an object");
        if (ProviderJson.Member(settings, KeyProviderRequest.ParameterMap) is not { } map) return values;
        if (map.ValueKind != JsonValueKind.Object) throw new FormatException($"{section}.{config}.Parameters is not an object");
        foreach (var entry in map.EnumerateObject())
        {
            if (entry.Value.ValueKind == JsonValueKind.Null || names?.Contains(entry.Name) == false) continue;
            if (entry.Value.ValueKind != JsonValueKind.Array) throw new FormatException($"a parameter in {section} is not an array");
            if (entry.Value.GetArrayLength() > MostValues) throw new FormatException($"a parameter in {section} has {entry.Value.GetArrayLength()} values; at most {MostValues} are read");
            IReadOnlyList<byte[]> read = [.. entry.Value.EnumerateArray().Select(v =>
                v.ValueKind == JsonValueKind.Null ? [] : ProviderJson.ReadBytes(v, $"a parameter in {section}"))];
            if (!values.TryAdd(entry.Name, read)) throw new FormatException($"a parameter in {section} stands twice");
        }
        return values;
    }

    /// <summary>ocicrypt-rs sends the private options as plain text, which begins with a brace and so is never base64.</summary>
    private static byte[]? ReadPayload(JsonElement asked, string name) => ProviderJson.Member(asked, name) is not { } value ? null
        : ProviderJson.BeginsWithBrace(value) ? ProviderJson.Utf8Text(value)
        : ProviderJson.ReadBytes(value, name);
}
