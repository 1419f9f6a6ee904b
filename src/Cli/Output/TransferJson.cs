using System.Text.Json;
using Coffer.ImageCrypt;
using Coffer.ImageCrypt.Transfer;

namespace Coffer.Cli.Output;

/// <summary><c>{"digest","destination","layers":[...]}</c> of encrypt, decrypt, copy and rewrap: fields are only ever added.</summary>
internal static class TransferJson
{
    public static void Write(TextWriter output, TransferResult result, string destination, Action<Utf8JsonWriter>? more = null) => JsonOutput.Write(output, json =>
    {
        json.WriteString("digest", result.Root.Digest.ToString());
        json.WriteString("destination", destination);
        json.WriteString("mediaType", result.Root.MediaType);
        json.WriteString("sourceDigest", result.Before.Digest.ToString());
        json.WriteStartArray("layers");
        foreach (var layer in result.Layers) WriteLayer(json, layer);
        json.WriteEndArray();
        more?.Invoke(json);
    });

    private static void WriteLayer(Utf8JsonWriter json, LayerResult layer)
    {
        json.WriteStartObject();
        if (layer.Platform is { } platform) json.WriteString("platform", platform.ToString());
        json.WriteNumber("index", layer.Index);
        json.WriteString("digest", layer.After.Digest.ToString());
        json.WriteNumber("size", layer.After.Size);
        json.WriteString("mediaType", layer.After.MediaType);
        json.WriteBoolean("encrypted", EncAnnotations.IsEncrypted(layer.After.MediaType));
        json.WriteBoolean("changed", layer.Change is not null);
        json.WriteString("sourceDigest", layer.Before.Digest.ToString());
        json.WriteEndObject();
    }
}
