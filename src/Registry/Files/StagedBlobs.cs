using System.Collections.Concurrent;
using Coffer.Oci;

namespace Coffer.Registry.Files;

/// <summary>Blobs that arrived whole and synced and wait in a staging directory for the commit. Safe for several at once.</summary>
internal sealed class StagedBlobs(StagingDirectory staging, string location)
{
    private readonly ConcurrentDictionary<Digest, string> _paths = new();

    /// <summary>Each digest with the file that holds it.</summary>
    public IEnumerable<KeyValuePair<Digest, string>> All => _paths;

    public bool Contains(Digest digest) => _paths.ContainsKey(digest);

    public async ValueTask<StoredBlob> PutAsync(Stream content, Digest? expected, long? size, CancellationToken cancellationToken)
    {
        var doing = $"write {location}";
        var temporary = staging.NewFile();
        StoredBlob stored;
        try
        {
            using var file = FileFault.Guard(doing, () => FileFault.CreateWithRoom(temporary, size ?? 0));
            stored = await BlobPipeline.WriteAsync(content, file, 0, expected, size, doing, cancellationToken).ConfigureAwait(false);
            FileFault.Guard(doing, () => RandomAccess.FlushToDisk(file));
        }
        catch
        {
            Discard(temporary);
            throw;
        }
        if (!_paths.TryAdd(stored.Digest, temporary)) Discard(temporary);
        return stored;
    }

    public async ValueTask PutAsync(Content manifest, CancellationToken cancellationToken)
    {
        if (Contains(manifest.Digest)) return;
        using var bytes = new MemoryStream(manifest.Bytes.ToArray(), writable: false);
        await PutAsync(bytes, manifest.Digest, manifest.Bytes.Length, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forgets them: they have their final names now.</summary>
    public void Clear() => _paths.Clear();

    private static void Discard(string path)
    {
        try { File.Delete(path); }
        catch (Exception e) when (FileFault.Is(e)) { /* the staging directory goes as a whole */ }
    }
}
