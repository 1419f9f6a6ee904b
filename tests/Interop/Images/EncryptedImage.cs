using System.Net.Http.Headers;
using System.Text.Json;
using Coffer.Interop.Matrix;
using Coffer.Support;

namespace Coffer.Interop.Images;

/// <summary>Where one test keeps its encrypted image, and what everybody can see of it.</summary>
internal sealed class EncryptedImage
{
    private const string Annotation = "org.opencontainers.image.enc.keys.";

    private readonly string? _folder;
    private readonly DockerRegistry? _registry;
    private readonly string _repository = $"interop/{Guid.NewGuid():n}";

    private EncryptedImage(string? folder, DockerRegistry? registry) => (_folder, _registry) = (folder, registry);

    /// <summary>The image's name for the product and for peers.</summary>
    public string Location => _registry is null ? $"oci:{_folder}:1" : $"docker://{_registry.Host}/{_repository}:1";

    /// <summary>A place for an image; nothing is there yet.</summary>
    public static async Task<EncryptedImage> AtAsync(Place place, TempDirectory work, Bench bench) => place == Place.Layout
        ? new EncryptedImage(work.Combine("encrypted"), null)
        : new EncryptedImage(null, await bench.RegistryAsync());

    /// <summary>Fails unless every layer is encrypted, with packets of exactly these schemes and the public options.</summary>
    public async Task ShouldBeEncryptedAsync(string[] schemes)
    {
        using var manifest = JsonDocument.Parse(await ManifestAsync());
        foreach (var layer in manifest.RootElement.GetProperty("layers").EnumerateArray())
        {
            Assert.EndsWith("+encrypted", layer.GetProperty("mediaType").GetString(), StringComparison.Ordinal);
            var annotations = layer.GetProperty("annotations").EnumerateObject().Select(a => a.Name).ToList();
            Assert.Contains("org.opencontainers.image.enc.pubopts", annotations);
            Assert.Equal(schemes, annotations.Where(a => a.StartsWith(Annotation, StringComparison.Ordinal)).Select(a => a[Annotation.Length..]).Order(StringComparer.Ordinal));
        }
    }

    private async Task<ReadOnlyMemory<byte>> ManifestAsync()
    {
        if (_registry is null)
            return LayoutReader.Manifest(_folder!);
        using var client = _registry.CreateClient();
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/vnd.oci.image.manifest.v1+json"));
        return await client.GetByteArrayAsync(new Uri($"v2/{_repository}/manifests/1", UriKind.Relative));
    }
}
