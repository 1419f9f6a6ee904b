using Coffer.ImageCrypt.Decrypt;
using Coffer.ImageCrypt.Encrypt;
using Coffer.ImageCrypt.Inspect;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.KeyWrap;
using Coffer.ImageCrypt.Layers;
using Coffer.ImageCrypt.Rewrap;
using Coffer.ImageCrypt.Tests.Transfer;
using Coffer.ImageCrypt.Transfer;
using Coffer.ImageCrypt.Trees;
using Coffer.Oci;
using Coffer.Registry;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.GoldenVectors;

/// <summary>One vector as the layer of an image in a layout, <c>in:1</c>, and the verbs on it.</summary>
internal sealed class VectorBench : IDisposable
{
    private readonly Workbench _bench = new();
    private readonly TempDirectory _folder = new();
    private readonly List<SoftHsmToken> _tokens = [];
    private readonly IReadOnlyList<IKeyWrapScheme> _schemes;
    private readonly Vector _vector;

    public VectorBench(Vector vector)
    {
        _vector = vector;
        _schemes = VectorSchemes.Make(_folder);
        var layer = vector.Layer;
        File.WriteAllBytes(Path.Combine(_bench.Layout.Folder, "blobs", layer.Digest.Algorithm, layer.Digest.Hex), vector.Blob);
        var config = _bench.Layout.Put($$"""{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["{{vector.DiffId ?? Digest.Of([])}}"]} }""");
        var annotations = string.Join(',', layer.Annotations.Select(a => $"\"{a.Key}\":\"{a.Value}\""));
        var manifest = $$"""
            {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{{ImageLayout.Descriptor(MediaTypes.OciConfig, config)}},
            "layers":[{"mediaType":"{{layer.MediaType}}","digest":"{{layer.Digest}}","size":{{layer.Size}},"annotations":{ {{annotations}} } }]}
            """;
        _bench.Layout.Tag("1", MediaTypes.OciManifest, _bench.Layout.Put(manifest), "");
    }

    public IReadOnlyList<string> Warnings => _bench.Warnings;

    /// <summary>A key that the vector does not know.</summary>
    public string FreshKey => _bench.PrivateKey;

    /// <summary>The vector's own keys.</summary>
    public async Task<KeyRing> KeysAsync()
    {
        var identities = new List<Identity>();
        foreach (var identity in _vector.Identities)
        {
            var spec = identity.StartsWith("provider:", StringComparison.Ordinal) ? identity
                : identity.StartsWith("token:", StringComparison.Ordinal) ? await TokenAsync(identity["token:".Length..])
                : VectorFolder.Key(identity);
            identities.AddRange(await new IdentityReader().ReadAsync(IdentitySpec.Parse(spec), TestContext.Current.CancellationToken));
        }
        return new KeyRing(identities, _schemes);
    }

    public async Task<KeyRing> FreshKeysAsync() =>
        new(await new IdentityReader().ReadAsync(IdentitySpec.Parse(FreshKey), TestContext.Current.CancellationToken), _schemes);

    public async Task<LayerReport> InspectAsync()
    {
        await using var source = await ImageLocation.Parse($"oci:{_bench.Path("in")}:1").OpenSourceAsync(new RegistryOptions(), TestContext.Current.CancellationToken);
        var tree = await ImageTree.ReadAsync(source, InstanceSelection.All, TestContext.Current.CancellationToken);
        var report = await ImageInspector.InspectAsync(source, tree, TestContext.Current.CancellationToken, _schemes);
        return Assert.Single(Assert.Single(report.Platforms).Layers);
    }

    public async Task<LayerResult> DecryptAsync(string image, string destination, KeyRing keys, bool strict) =>
        Assert.Single((await _bench.RunAsync(image, destination, new DecryptTransform(keys, strict, verifyDiffIds: _vector.DiffId is not null), InstanceSelection.All)).Layers);

    /// <summary>Puts the fresh key in the place of every recipient.</summary>
    public async Task<LayerResult> RewrapAsync(KeyRing keys)
    {
        using var add = await Workbench.Recipients(_bench.PublicKey);
        return Assert.Single((await _bench.RunAsync("in:1", "in:1", new RewrapTransform(keys, add, [RemovalSelector.Parse("all")], _schemes), InstanceSelection.All)).Layers);
    }

    /// <summary>Encrypts to the vector's own recipients.</summary>
    public async Task<LayerResult> EncryptAsync(string image, string destination)
    {
        using var recipients = await RecipientSet.ResolveAsync([.. _vector.Recipients.Select(VectorRecipe.Locate)], TestContext.Current.CancellationToken, _schemes);
        return Assert.Single((await _bench.RunAsync(image, destination, new EncryptTransform(recipients), InstanceSelection.All)).Layers);
    }

    public Digest RootDigest() => _bench.ManifestAsync("in:1").GetAwaiter().GetResult().Content.Digest;

    /// <summary>True if an image can be read there.</summary>
    public bool Shows(string image) => File.Exists(Path.Combine(_bench.Path(image.Split(':')[0]), "index.json"));

    public void Dispose()
    {
        _bench.Dispose();
        _folder.Dispose();
        foreach (var token in _tokens) token.Dispose();
    }

    // A token is the machine's own: the vector's RSA key is put into a new one.
    private async Task<string> TokenAsync(string file)
    {
        var token = await SoftHsmToken.CreateAsync();
        _tokens.Add(token);
        (await Tool.RunAsync(
            Peers.Require("softhsm2-util"),
            ["--import", VectorFolder.Key(file), "--token", token.Label, "--label", "vector", "--id", "01", "--pin", token.Pin], token.Options)).ShouldSucceed();
        return _folder.Write($"token{_tokens.Count}.yaml", token.KeyFile("object=vector"));
    }
}
