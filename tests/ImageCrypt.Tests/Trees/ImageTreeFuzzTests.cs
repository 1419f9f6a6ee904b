using System.Text;
using Coffer.ImageCrypt.Inspect;
using Coffer.ImageCrypt.Tests.GoldenVectors;
using Coffer.ImageCrypt.Trees;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.Trees;

/// <summary>Hostile manifests and indexes, as root and as what an index lists: read and inspected, or refused in the documented way.</summary>
public sealed class ImageTreeFuzzTests
{
    private static readonly byte[] Config = """{"architecture":"amd64","os":"linux","config":{"Env":["A=b"]},"rootfs":{"type":"layers","diff_ids":[]},"history":[{"created_by":"x"}]}"""u8.ToArray();

    private static readonly string Blob = $"\"digest\":\"{Digest.Of(Config)}\",\"size\":{Config.Length}";

    private static readonly string Layers = string.Join(',', VectorFolder.Names.Where(n => n.StartsWith("jwe-two", StringComparison.Ordinal) || n.StartsWith("three", StringComparison.Ordinal))
        .Select(VectorFolder.Read)
        .Select(v => $$"""{"mediaType":"{{v.Layer.MediaType}}","digest":"{{v.Layer.Digest}}","size":{{v.Layer.Size}},"annotations":{ {{string.Join(',', v.Layer.Annotations.Select(a => $"\"{a.Key}\":\"{a.Value}\""))}} } }"""));

    private static readonly string[] Documents =
    [
        $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{"mediaType":"{{MediaTypes.OciConfig}}",{{Blob}} },"layers":[{{Layers}}],"annotations":{"a":"b"},"subject":{"mediaType":"m",{{Blob}} } }""",
        $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{"mediaType":"{{MediaTypes.OciManifest}}",{{Blob}},"platform":{"os":"linux","architecture":"amd64"} },{"mediaType":"{{MediaTypes.OciManifest}}",{{Blob}},"platform":{"os":"linux","architecture":"arm64","variant":"v8"} }]}""",
        $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{"mediaType":"{{MediaTypes.OciIndex}}",{{Blob}} },{"mediaType":"{{MediaTypes.OciManifest}}",{{Blob}} }]}""",
        $$"""{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":"application/vnd.docker.container.image.v1+json",{{Blob}} },"layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip",{{Blob}} },{"mediaType":"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip","urls":["https://registry.example/x"],{{Blob}} }]}""",
    ];

    [Fact]
    public void Documents_gone_wrong_are_read_or_refused() => Fuzzing.Run(
        "manifest",
        [.. Documents.Select(Encoding.UTF8.GetBytes)],
        (bytes, from) =>
        {
            foreach (var selection in (InstanceSelection[])[InstanceSelection.All, InstanceSelection.Here, InstanceSelection.Of([new Platform("linux", "arm64")])])
            {
                ReadAsync(bytes, from, selection).GetAwaiter().GetResult();
            }
        },
        rounds: 1_000);

    private static async Task ReadAsync(byte[] bytes, int from, InstanceSelection selection)
    {
        await using var source = new EverywhereSource(bytes, from);
        try
        {
            var tree = await ImageTree.ReadAsync(source, selection, CancellationToken.None);
            Assert.True(tree.Nodes.Count() <= OciLimits.Manifests);
            await ImageInspector.InspectAsync(source, tree, CancellationToken.None);
        }
        catch (CofferException e)
        {
            Assert.DoesNotContain(e.Message, char.IsControl);
        }
    }

    /// <summary>One document in every place that a document of its type can stand, so that an index that lists an index never ends.</summary>
    private sealed class EverywhereSource(byte[] mutated, int from) : IImageSource
    {
        public string Location => "memory";

        private string MediaType => RootDocument.SniffMediaType(Encoding.UTF8.GetBytes(Documents[from]), "memory");

        public ValueTask<Content> GetRootAsync(CancellationToken cancellationToken) => new(Content.Of(MediaType, mutated));

        public ValueTask<Content> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken)
        {
            var same = MediaTypes.IsIndex(descriptor.MediaType) == MediaTypes.IsIndex(MediaType);
            var bytes = same ? mutated : Encoding.UTF8.GetBytes(Documents[0]);
            return new(Content.Of(descriptor.MediaType, bytes));
        }

        public ValueTask<Stream> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken) => new(new VerifyingStream(new MemoryStream(Config), descriptor));

        public ValueTask<bool> HasSignaturesAsync(CancellationToken cancellationToken) => new(false);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
