using System.Text;
using Coffer.Oci;
using Coffer.Registry.Files;
using Coffer.Registry.Layout;
using Microsoft.Win32.SafeHandles;

namespace Coffer.Registry.Archive;

/// <summary>
/// Writes a tar file with a layout of one image, beside its destination; the commit syncs it and renames it over what
/// was there. As with skopeo the whole archive is replaced. Blobs are written one after the other.
/// </summary>
internal sealed class OciArchiveSink : IImageSink
{
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly HashSet<Digest> _blobs = [];
    private readonly StagingDirectory _staging;
    private readonly SafeFileHandle _file;
    private readonly TarFile _tar;
    private readonly string _temporary, _path;
    private readonly string? _name;

    private OciArchiveSink(StagingDirectory staging, string path, string location, string? name)
    {
        _staging = staging;
        _path = path;
        _name = name;
        Location = location;
        _temporary = staging.NewFile();
        _file = File.OpenHandle(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        _tar = new TarFile(_file, $"write {location}");
        _tar.AddDirectory(LayoutNames.Blobs);
        _tar.AddDirectory($"{LayoutNames.Blobs}/sha256");
    }

    public string Location { get; }

    public static async ValueTask<OciArchiveSink> OpenAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        StagingDirectory? staging = null;
        try
        {
            // A link is written through to what it means; the file's own directory must be there.
            var path = Posix.RealPath(location.Path) ?? Path.GetFullPath(location.Path);
            if (Directory.Exists(path)) throw new CofferException($"cannot write {location}: it is a directory", hint: "an archive is a file; oci:DIR writes a layout");
            var parent = Path.GetDirectoryName(path)!;
            using var held = await DirectoryLock.AcquireAsync(parent, cancellationToken).ConfigureAwait(false);
            staging = StagingDirectory.Create(parent);
            return new OciArchiveSink(staging, path, location.Text, location.Reference);
        }
        catch (Exception e)
        {
            staging?.Dispose();
            if (FileFault.Is(e)) throw FileFault.Of(e, $"write {location}");
            throw;
        }
    }

    public async ValueTask<bool> TryReuseBlobAsync(IImageSource from, Descriptor blob, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken).ConfigureAwait(false);
        try { return _blobs.Contains(blob.Digest); }
        finally { _oneAtATime.Release(); }
    }

    public async ValueTask<StoredBlob> PutBlobAsync(Stream content, Digest? expected, long? size, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var stored = await _tar.AddAsync(content, LayoutNames.Blob, expected, size, cancellationToken).ConfigureAwait(false);
            // The same content under another promise: an archive may not name a file twice.
            if (!_blobs.Add(stored.Digest)) _tar.TakeBack();
            return stored;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public async ValueTask PutManifestAsync(Content manifest, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream(manifest.Bytes.ToArray(), writable: false);
        await PutBlobAsync(bytes, manifest.Digest, manifest.Bytes.Length, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask CommitAsync(Content root, CancellationToken cancellationToken)
    {
        await PutManifestAsync(root, cancellationToken).ConfigureAwait(false);
        _tar.Add(LayoutNames.Version, Encoding.UTF8.GetBytes(LayoutNames.VersionText));
        _tar.Add(LayoutNames.Index, LayoutIndex.Put(ImageIndex.Create([]), _name, root.Descriptor).Content.Bytes.Span);
        _tar.Complete();
        FileFault.Guard($"write {Location}", () =>
        {
            File.Move(_temporary, _path, overwrite: true);
            Posix.SyncDirectory(Path.GetDirectoryName(_path)!);
        });
    }

    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        _staging.Dispose();
        _oneAtATime.Dispose();
        return ValueTask.CompletedTask;
    }
}
