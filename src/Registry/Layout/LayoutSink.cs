using System.Collections.Concurrent;
using System.Text;
using Coffer.Oci;
using Coffer.Registry.Files;

namespace Coffer.Registry.Layout;

/// <summary>
/// Writes an image into a layout directory. Blobs wait, whole and synced, in a staging directory inside the layout;
/// the commit moves them to their names and replaces <c>index.json</c> last, under the layout's lock. Killed at any
/// moment, the layout is the old one or the new one.
/// </summary>
internal sealed class LayoutSink : IImageSink
{
    private readonly LayoutFiles _files;
    private readonly string _directory;
    private readonly Func<ImageIndex, Descriptor, ImageIndex> _enter;
    private readonly bool _trustsPresent;
    private readonly StagingDirectory _staging;
    private readonly CreatedDirectories _created;
    private readonly StagedBlobs _staged;
    private readonly ConcurrentDictionary<Digest, long> _reused = new();

    private LayoutSink(LayoutOpening opening, string directory, string location, Func<ImageIndex, Descriptor, ImageIndex> enter, bool trustsPresent)
    {
        _files = new LayoutFiles(directory);
        _directory = directory;
        _staging = opening.Staging;
        _created = opening.Created;
        _staged = new StagedBlobs(opening.Staging, location);
        _enter = enter;
        _trustsPresent = trustsPresent;
        Location = location;
    }

    public string Location { get; }

    /// <summary>Opens a layout for a new image, making the directory where there is none.</summary>
    public static async ValueTask<LayoutSink> OpenAsync(string directory, string location, string? name, CancellationToken cancellationToken)
    {
        var opening = await LayoutOpening.PrepareAsync(directory, location, cancellationToken).ConfigureAwait(false);
        return new LayoutSink(opening, directory, location, (index, root) => LayoutIndex.Put(index, name, root), trustsPresent: false);
    }

    /// <summary>Opens a layout to point one of its entries elsewhere.</summary>
    public static LayoutSink OpenForEditing(string directory, string location, Descriptor entry)
    {
        var opening = LayoutOpening.PrepareAsync(directory, location, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return new LayoutSink(opening, directory, location, (index, root) => LayoutIndex.Replace(index, entry, root, location), trustsPresent: true);
    }

    /// <summary>
    /// True where the layout holds the blob already. A blob that some other job left here is read and hashed first, which
    /// is cheaper than copying it and repairs a damaged one; in an edit the image's own blobs are taken as they are.
    /// </summary>
    public async ValueTask<bool> TryReuseBlobAsync(IImageSource from, Descriptor blob, CancellationToken cancellationToken)
    {
        if (_staged.Contains(blob.Digest) || _reused.ContainsKey(blob.Digest)) return true;
        if (_files.SizeOf(LayoutNames.Blob(blob.Digest)) != blob.Size) return false;
        if (!_trustsPresent && !await IsWholeAsync(blob, cancellationToken).ConfigureAwait(false)) return false;
        _reused[blob.Digest] = blob.Size;
        return true;
    }

    public ValueTask<StoredBlob> PutBlobAsync(Stream content, Digest? expected, long? size, CancellationToken cancellationToken) =>
        _staged.PutAsync(content, expected, size, cancellationToken);

    public ValueTask PutManifestAsync(Content manifest, CancellationToken cancellationToken) => _staged.PutAsync(manifest, cancellationToken);

    public async ValueTask CommitAsync(Content root, CancellationToken cancellationToken)
    {
        await PutManifestAsync(root, cancellationToken).ConfigureAwait(false);
        try
        {
            using var held = await DirectoryLock.AcquireAsync(_directory, cancellationToken).ConfigureAwait(false);
            foreach (var (digest, size) in _reused)
            {
                if (_files.SizeOf(LayoutNames.Blob(digest)) != size) throw new CofferException($"{Location}: blob {digest} was taken away meanwhile; nothing was written", hint: "run the command again");
            }
            var index = LayoutReader.ReadIndex(_files, Location) ?? ImageIndex.Create([]);
            Publish(_enter(index, root.Descriptor));
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw FileFault.Of(e, $"write {Location}");
        }
        _created.Keep();
    }

    private void Publish(ImageIndex index)
    {
        var directories = new CreatedDirectories();
        var moved = new List<string>();
        try
        {
            foreach (var (digest, temporary) in _staged.All)
            {
                var target = Path.Combine(_directory, LayoutNames.Blob(digest));
                directories.Ensure(Path.GetDirectoryName(target)!);
                LayoutOpening.RefuseLinks(_directory, Location);
                var isNew = !File.Exists(target);
                File.Move(temporary, target, overwrite: true);
                if (isNew) moved.Add(target);
            }
            foreach (var algorithm in _staged.All.Select(b => b.Key.Algorithm).Distinct()) Posix.SyncDirectory(Path.Combine(_directory, LayoutNames.Blobs, algorithm));
            if (Directory.Exists(Path.Combine(_directory, LayoutNames.Blobs))) Posix.SyncDirectory(Path.Combine(_directory, LayoutNames.Blobs));
            var version = Path.Combine(_directory, LayoutNames.Version);
            if (!File.Exists(version))
            {
                AtomicFile.Write(_staging, version, Encoding.UTF8.GetBytes(LayoutNames.VersionText));
                moved.Add(version);
            }
            AtomicFile.Write(_staging, Path.Combine(_directory, LayoutNames.Index), index.Content.Bytes.Span);
        }
        catch
        {
            foreach (var target in moved) TryDelete(target);
            directories.RemoveEmpty();
            throw;
        }
        // The new index is in place: from here on nothing may be taken back.
        Posix.SyncDirectory(_directory);
        _staged.Clear();
    }

    private async ValueTask<bool> IsWholeAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        try
        {
            using var stream = LayoutReader.OpenBlob(_files, blob, Location);
            await stream.CopyToAsync(Stream.Null, 256 * 1024, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (CofferException)
        {
            return false;
        }
    }

    private static void TryDelete(string path)
    {
        try { File.Delete(path); }
        catch (Exception e) when (FileFault.Is(e)) { /* the staging directory goes as a whole */ }
    }

    public ValueTask DisposeAsync()
    {
        _staging.Dispose();
        _created.RemoveEmpty();
        return ValueTask.CompletedTask;
    }
}
