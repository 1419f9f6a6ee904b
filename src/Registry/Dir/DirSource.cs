using Coffer.Oci;
using Coffer.Registry.Files;
using Coffer.Registry.Layout;

namespace Coffer.Registry.Dir;

/// <summary>Reads an image in skopeo's <c>dir:</c> format.</summary>
internal sealed class DirSource : IImageSource
{
    private readonly LayoutFiles _files;
    private readonly string _path;
    private readonly Content _root;

    private DirSource(LayoutFiles files, ImageLocation location, Content root)
    {
        _files = files;
        _path = location.Path;
        _root = root;
        Location = location.Text;
    }

    public string Location { get; }

    public static DirSource Open(LayoutFiles files, ImageLocation location)
    {
        // No version file: what skopeo wrote before it had one; it reads the same.
        if (Small(files, DirNames.Version, 256, location.Text) is { } version && !version.AsSpan().StartsWith("Directory Transport Version: 1."u8))
        {
            throw new MalformedImageException($"{location}: the file '{DirNames.Version}' does not name a version of the dir: format that is known");
        }
        var bytes = Small(files, DirNames.Manifest, OciLimits.ManifestBytes, location.Text)
            ?? throw new CofferException($"{location}: there is no image (no file '{DirNames.Manifest}')", hint: "check the path; an OCI layout is read with oci:DIR");
        return new DirSource(files, location, Content.Of(RootDocument.SniffMediaType(bytes, $"{location}: {DirNames.Manifest}"), bytes));
    }

    public ValueTask<Content> GetRootAsync(CancellationToken cancellationToken) => new(_root);

    public ValueTask<Content> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        if (descriptor.Digest == _root.Digest) return new(Content.Verified(descriptor, _root.Bytes));
        var bytes = Small(_files, DirNames.Instance(descriptor.Digest), OciLimits.ManifestBytes, Location) ?? throw Missing(descriptor);
        var content = Content.Verified(descriptor, bytes);
        return new(content.MediaType.Length > 0 ? content : content with { MediaType = RootDocument.SniffMediaType(bytes, $"manifest {descriptor.Digest}") });
    }

    public ValueTask<Stream> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        var name = DirNames.Blob(descriptor.Digest);
        var size = _files.SizeOf(name) ?? throw Missing(descriptor);
        if (size != descriptor.Size)
        {
            throw new IntegrityException($"{Location}: blob {descriptor.Digest} has {size} bytes where its descriptor promises {descriptor.Size}", "the copy is truncated or damaged: fetch or build the image again");
        }
        return new(new VerifyingStream(size == 0 ? Stream.Null : _files.Open(name), descriptor));
    }

    public ValueTask<bool> HasSignaturesAsync(CancellationToken cancellationToken) =>
        new(FileFault.Guard($"read {Location}", () => Directory.EnumerateFiles(_path, "*signature-*").Any(f => DirNames.IsSignature(Path.GetFileName(f)))));

    public ValueTask DisposeAsync()
    {
        _files.Dispose();
        return ValueTask.CompletedTask;
    }

    private static byte[]? Small(LayoutFiles files, string name, int most, string location)
    {
        if (files.SizeOf(name) is not { } size) return null;
        if (size > most) throw new MalformedImageException($"{location}: {name} has {size} bytes; the most that is read is {most}");
        if (size == 0) return [];
        return FileFault.Guard($"read {location}", () =>
        {
            using var stream = files.Open(name);
            var bytes = new byte[size];
            stream.ReadExactly(bytes);
            return bytes;
        });
    }

    private CofferException Missing(Descriptor descriptor) => new($"{Location}: blob {descriptor.Digest} is not in the directory");
}
