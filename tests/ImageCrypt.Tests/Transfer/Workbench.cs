using System.Security.Cryptography;
using Coffer.ImageCrypt.Decrypt;
using Coffer.ImageCrypt.Encrypt;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.Layers;
using Coffer.ImageCrypt.Rewrap;
using Coffer.ImageCrypt.Transfer;
using Coffer.ImageCrypt.Trees;
using Coffer.Oci;
using Coffer.Registry;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.Transfer;

/// <summary>A folder with layouts and keys, and the verbs as short calls.</summary>
internal sealed class Workbench : IDisposable
{
    // A broken registry is told at once; layouts take no notice.
    private static readonly RegistryOptions Options = new() { TlsVerify = false, RetryTimes = 0 };
    private readonly TempDirectory _folder = new();

    public Workbench()
    {
        Layout = new ImageLayout(Path("in"));
        PublicKey = WriteKey("one", out var one);
        PrivateKey = one;
        OtherPublicKey = WriteKey("two", out var two);
        OtherPrivateKey = two;
    }

    public ImageLayout Layout { get; }

    public string PublicKey { get; }

    public string PrivateKey { get; }

    public string OtherPublicKey { get; }

    public string OtherPrivateKey { get; }

    public List<string> Warnings { get; } = [];

    public string Path(string name) => System.IO.Path.Combine(_folder.Path, name);

    public static Task<RecipientSet> Recipients(params string[] files) =>
        RecipientSet.ResolveAsync([.. files.Select(f => new RecipientSpec("jwe", f))], CancellationToken.None);

    public static async Task<KeyRing> Keys(params string[] files)
    {
        var identities = new List<Identity>();
        foreach (var file in files) identities.AddRange(await new IdentityReader().ReadAsync(IdentitySpec.Parse(file), CancellationToken.None));
        return new KeyRing(identities);
    }

    public async Task<TransferResult> EncryptAsync(string source, string destination, IReadOnlyList<int>? layers = null, bool skip = false, InstanceSelection? selection = null)
    {
        using var recipients = await Recipients(PublicKey);
        return await RunAsync(source, destination, new EncryptTransform(recipients, layers, skip), selection);
    }

    public async Task<TransferResult> DecryptAsync(string source, string destination, string? key = null, bool strict = false, bool diffIds = false)
    {
        using var keys = await Keys(key ?? PrivateKey);
        return await RunAsync(source, destination, new DecryptTransform(keys, strict, diffIds), InstanceSelection.All);
    }

    public async Task<TransferResult> RewrapAsync(string image, string? key, string[] add, params string[] remove)
    {
        using var keys = key is null ? null : await Keys(key);
        using var recipients = add.Length == 0 ? null : await Recipients(add);
        return await RunAsync(image, image, new RewrapTransform(keys, recipients, [.. remove.Select(RemovalSelector.Parse)]), InstanceSelection.All);
    }

    public async Task<TransferResult> RunAsync(string source, string destination, ILayerTransform transform, InstanceSelection? selection = null, Func<IImageSource, IImageSource>? through = null, Func<IImageSink, IImageSink>? into = null, int? parallelism = null, CancellationToken cancellationToken = default)
    {
        await using var opened = await ImageLocation.Parse(Full(source)).OpenSourceAsync(Options, CancellationToken.None);
        var from = through?.Invoke(opened) ?? opened;
        var tree = await ImageTree.ReadAsync(from, selection ?? InstanceSelection.Here, CancellationToken.None);
        await using var place = await ImageLocation.Parse(Full(destination)).OpenSinkAsync(Options, CancellationToken.None);
        var sink = into?.Invoke(place) ?? place;
        var transfer = parallelism is { } many
            ? new ImageTransfer(from, sink, transform, new Listener(Warnings)) { Parallelism = many }
            : new ImageTransfer(from, sink, transform, new Listener(Warnings));
        return await transfer.RunAsync(tree, cancellationToken);
    }

    public async Task<Manifest> ManifestAsync(string image)
    {
        await using var source = await ImageLocation.Parse(Full(image)).OpenSourceAsync(Options, CancellationToken.None);
        return Manifest.Parse(await source.GetRootAsync(CancellationToken.None));
    }

    /// <summary>Every name below a folder, files with their digests.</summary>
    public static string[] Listing(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => Directory.Exists(path) ? path : $"{path} {Digest.Of(File.ReadAllBytes(path))}")];

    public byte[] Blob(string layout, Digest digest) => File.ReadAllBytes(System.IO.Path.Combine(Path(layout), "blobs", digest.Algorithm, digest.Hex));

    /// <summary>Replaces the layers of an encrypted image by altered ones, as somebody who can write the registry would, digests and all.</summary>
    public async Task ForgeAsync(string image, string forged, Func<Descriptor, byte[], (Descriptor, byte[])> forge)
    {
        var layout = new ImageLayout(Path(forged));
        var manifest = await ManifestAsync(image);
        var layers = manifest.Layers.Select(l =>
        {
            var (descriptor, bytes) = forge(l, Blob(image.Split(':')[0], l.Digest));
            layout.Put(bytes);
            return descriptor with { Digest = Digest.Of(bytes), Size = bytes.Length };
        }).ToList();
        layout.Put(Blob(image.Split(':')[0], manifest.Config.Digest));
        layout.Tag("1", manifest.MediaType, layout.Put(manifest.With(layers).Content.Bytes.ToArray()), "");
    }

    public void Dispose() => _folder.Dispose();

    private string Full(string image) => image.StartsWith("docker://", StringComparison.Ordinal) ? image : $"oci:{Path(image)}";

    private string WriteKey(string name, out string privateKey)
    {
        using var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        privateKey = Path(name + ".pem");
        File.WriteAllText(privateKey, key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(privateKey, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(Path(name + ".pub"), key.ExportSubjectPublicKeyInfoPem());
        return Path(name + ".pub");
    }

    private sealed class Listener(List<string> warnings) : ITransferObserver
    {
        public void Plan(int blobs, long bytes) { }

        public IBlobObserver Begin(string doing, Descriptor blob) => SilentObserver.Instance.Begin(doing, blob);

        public void Warn(string message)
        {
            lock (warnings) warnings.Add(message);
        }
    }
}
