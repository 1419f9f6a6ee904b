using System.Collections.Concurrent;
using System.Text;
using Coffer.Oci;
using Coffer.Registry.Files;
using Coffer.Registry.Layout;

namespace Coffer.Registry.Dir;

/// <summary>
/// Writes an image in skopeo's <c>dir:</c> format. An image of the same format that stands there is replaced: new blobs
/// first, then the manifest at once, then what the old image alone used is removed. Signatures of the old image go before
/// the manifest changes, since they would not hold for the new one.
/// </summary>
internal sealed class DirSink : IImageSink
{
    private readonly string _directory;
    private readonly LayoutFiles _files;
    private readonly StagingDirectory _staging;
    private readonly CreatedDirectories _created;
    private readonly StagedBlobs _staged;
    private readonly ConcurrentDictionary<Digest, Content> _manifests = new();
    private readonly ConcurrentDictionary<Digest, long> _reused = new();

    private DirSink(string directory, string location, StagingDirectory staging, CreatedDirectories created)
    {
        _directory = directory;
        _files = new LayoutFiles(directory);
        _staging = staging;
        _created = created;
        _staged = new StagedBlobs(staging, location);
        Location = location;
    }

    public string Location { get; }

    public static async ValueTask<DirSink> OpenAsync(string directory, string location, CancellationToken cancellationToken)
    {
        var created = new CreatedDirectories();
        try
        {
            created.Ensure(directory);
            using var held = await DirectoryLock.AcquireAsync(directory, cancellationToken).ConfigureAwait(false);
            Check(directory, location);
            return new DirSink(directory, location, StagingDirectory.Create(directory), created);
        }
        catch (Exception e)
        {
            created.RemoveEmpty();
            if (FileFault.Is(e)) throw FileFault.Of(e, $"write {location}");
            throw;
        }
    }

    public async ValueTask<bool> TryReuseBlobAsync(IImageSource from, Descriptor blob, CancellationToken cancellationToken)
    {
        if (_staged.Contains(blob.Digest) || _reused.ContainsKey(blob.Digest)) return true;
        var name = DirNames.Blob(blob.Digest);
        if (blob.Size == 0 || _files.SizeOf(name) != blob.Size) return false;
        try
        {
            using var stream = new VerifyingStream(_files.Open(name), blob);
            await stream.CopyToAsync(Stream.Null, 256 * 1024, cancellationToken).ConfigureAwait(false);
        }
        catch (CofferException)
        {
            return false;
        }
        _reused[blob.Digest] = blob.Size;
        return true;
    }

    public ValueTask<StoredBlob> PutBlobAsync(Stream content, Digest? expected, long? size, CancellationToken cancellationToken) =>
        _staged.PutAsync(content, expected, size, cancellationToken);

    public ValueTask PutManifestAsync(Content manifest, CancellationToken cancellationToken)
    {
        _manifests[manifest.Digest] = manifest;
        return ValueTask.CompletedTask;
    }

    public async ValueTask CommitAsync(Content root, CancellationToken cancellationToken)
    {
        try
        {
            using var held = await DirectoryLock.AcquireAsync(_directory, cancellationToken).ConfigureAwait(false);
            foreach (var (digest, size) in _reused)
            {
                if (_files.SizeOf(DirNames.Blob(digest)) != size) throw new CofferException($"{Location}: blob {digest} was taken away meanwhile; nothing was written", hint: "run the command again");
            }
            Publish(root);
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw FileFault.Of(e, $"write {Location}");
        }
        _created.Keep();
    }

    private void Publish(Content root)
    {
        var kept = new HashSet<string>(_reused.Keys.Select(DirNames.Blob)) { DirNames.Manifest, DirNames.Version };
        AtomicFile.Write(_staging, Path.Combine(_directory, DirNames.Version), Encoding.ASCII.GetBytes(DirNames.VersionText));
        foreach (var (digest, temporary) in _staged.All)
        {
            File.Move(temporary, Path.Combine(_directory, DirNames.Blob(digest)), overwrite: true);
            kept.Add(DirNames.Blob(digest));
        }
        foreach (var (digest, manifest) in _manifests)
        {
            if (digest == root.Digest) continue;
            AtomicFile.Write(_staging, Path.Combine(_directory, DirNames.Instance(digest)), manifest.Bytes.Span);
            kept.Add(DirNames.Instance(digest));
        }
        Remove(DirNames.IsSignature);
        Posix.SyncDirectory(_directory);
        AtomicFile.Write(_staging, Path.Combine(_directory, DirNames.Manifest), root.Bytes.Span);
        Posix.SyncDirectory(_directory);
        _staged.Clear();
        Remove(name => DirNames.IsOurs(name) && !kept.Contains(name));
    }

    private void Remove(Func<string, bool> chosen)
    {
        foreach (var file in Directory.EnumerateFiles(_directory).Where(f => chosen(Path.GetFileName(f))).ToList()) File.Delete(file);
    }

    private static void Check(string directory, string location)
    {
        var strangers = Directory.EnumerateFileSystemEntries(directory).Select(f => Path.GetFileName(f)!).Where(n => !StagingDirectory.IsName(n)).ToList();
        if (strangers.Count == 0) return;
        var isOurs = strangers.Contains(DirNames.Version) && strangers.All(DirNames.IsOurs)
            && File.ReadAllText(Path.Combine(directory, DirNames.Version)).StartsWith(DirNames.VersionPrefix, StringComparison.Ordinal);
        if (!isOurs)
        {
            throw new CofferException($"cannot write {location}: the directory is not empty and holds no image of the dir: format", hint: "choose an empty directory or a new one");
        }
    }

    public ValueTask DisposeAsync()
    {
        _staging.Dispose();
        _created.RemoveEmpty();
        return ValueTask.CompletedTask;
    }
}
