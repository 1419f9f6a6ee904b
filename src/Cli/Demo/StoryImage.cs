using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Coffer.Oci;
using Coffer.Registry;

namespace Coffer.Cli.Demo;

/// <summary>The image of the demonstration: small, real, and made on the spot.</summary>
internal static class StoryImage
{
    private static readonly (string Name, string Content)[] Files =
    [
        ("etc/motd", "Welcome.\n"),
        ("app/model.txt", "The weights that took a year to train.\n"),
        ("app/run.sh", "#!/bin/sh\ncat /app/model.txt\n"),
    ];

    public static async Task WriteAsync(string location, CancellationToken cancellationToken)
    {
        var sink = await ImageLocation.Parse(location).OpenSinkAsync(new RegistryOptions(), cancellationToken).ConfigureAwait(false);
        await using var _ = sink.ConfigureAwait(false);
        var layers = new List<Descriptor>();
        var diffIds = new List<Digest>();
        foreach (var (name, content) in Files)
        {
            var tar = Tar(name, content);
            diffIds.Add(Digest.Of(tar));
            layers.Add(await PutAsync(sink, MediaTypes.OciLayerGzip, Gzip(tar), cancellationToken).ConfigureAwait(false));
        }
        var config = await PutAsync(sink, MediaTypes.OciConfig, Config(diffIds), cancellationToken).ConfigureAwait(false);
        await sink.CommitAsync(Content.Of(MediaTypes.OciManifest, Manifest(config, layers)), cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="CofferException">The layers differ.</exception>
    public static async Task RequireSameLayersAsync(string one, string other, CancellationToken cancellationToken)
    {
        var (first, second) = (await LayersAsync(one, cancellationToken).ConfigureAwait(false), await LayersAsync(other, cancellationToken).ConfigureAwait(false));
        if (first != second) throw new IntegrityException("the decrypted layers are not the original ones");
    }

    private static async Task<string> LayersAsync(string location, CancellationToken cancellationToken)
    {
        var source = await ImageLocation.Parse(location).OpenSourceAsync(new RegistryOptions(), cancellationToken).ConfigureAwait(false);
        await using var _ = source.ConfigureAwait(false);
        var manifest = Oci.Manifest.Parse(await source.GetRootAsync(cancellationToken).ConfigureAwait(false));
        return string.Join(' ', manifest.Layers.Select(l => l.Digest));
    }

    private static async Task<Descriptor> PutAsync(IImageSink sink, string mediaType, byte[] bytes, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream(bytes, writable: false);
        var stored = await sink.PutBlobAsync(stream, Digest.Of(bytes), bytes.Length, cancellationToken).ConfigureAwait(false);
        return new Descriptor(mediaType, stored.Digest, stored.Size);
    }

    private static byte[] Tar(string name, string content)
    {
        using var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            using var data = new MemoryStream(Encoding.UTF8.GetBytes(content));
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = data, ModificationTime = DateTimeOffset.UnixEpoch });
        }
        return bytes.ToArray();
    }

    private static byte[] Gzip(byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(content);
        return bytes.ToArray();
    }

    private static byte[] Config(IReadOnlyList<Digest> diffIds) => Json(json =>
    {
        json.WriteString("architecture", Platform.Here.Architecture);
        json.WriteString("os", Platform.Here.Os);
        json.WriteStartObject("config");
        json.WriteStartArray("Cmd");
        json.WriteStringValue("/app/run.sh");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject("rootfs");
        json.WriteString("type", "layers");
        json.WriteStartArray("diff_ids");
        foreach (var id in diffIds) json.WriteStringValue(id.ToString());
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static byte[] Manifest(Descriptor config, IReadOnlyList<Descriptor> layers) => Json(json =>
    {
        json.WriteNumber("schemaVersion", 2);
        json.WriteString("mediaType", MediaTypes.OciManifest);
        json.WritePropertyName("config");
        Write(json, config);
        json.WriteStartArray("layers");
        foreach (var layer in layers) Write(json, layer);
        json.WriteEndArray();
    });

    private static void Write(Utf8JsonWriter json, Descriptor descriptor)
    {
        json.WriteStartObject();
        json.WriteString("mediaType", descriptor.MediaType);
        json.WriteString("digest", descriptor.Digest.ToString());
        json.WriteNumber("size", descriptor.Size);
        json.WriteEndObject();
    }

    private static byte[] Json(Action<Utf8JsonWriter> content)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }
}
