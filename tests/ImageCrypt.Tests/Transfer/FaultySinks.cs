using Coffer.Oci;

namespace Coffer.ImageCrypt.Tests.Transfer;

/// <summary>The moments at which a destination can break.</summary>
public enum SinkMoment
{
    /// <summary>While it is asked whether it has a blob.</summary>
    Reuse,

    /// <summary>Before the first byte of a blob was read.</summary>
    BlobBegins,

    /// <summary>In the middle of a blob, while the stages before it run ahead.</summary>
    BlobHalfway,

    /// <summary>After a blob was stored, before that was said.</summary>
    BlobStored,

    /// <summary>When an image's manifest comes, after all blobs.</summary>
    Manifest,

    /// <summary>Before the root becomes visible.</summary>
    Commit,
}

/// <summary>A sink that passes on to another one and acts at one moment, from the second blob on: the first may end well.</summary>
internal sealed class ActingSink(IImageSink inner, SinkMoment moment, Action act) : IImageSink
{
    private int _blobs;

    public string Location => inner.Location;

    public ValueTask<bool> TryReuseBlobAsync(IImageSource from, Descriptor blob, CancellationToken cancellationToken)
    {
        At(SinkMoment.Reuse, cancellationToken);
        return inner.TryReuseBlobAsync(from, blob, cancellationToken);
    }

    public async ValueTask<StoredBlob> PutBlobAsync(Stream content, Digest? expected, long? size, CancellationToken cancellationToken)
    {
        var later = Interlocked.Increment(ref _blobs) > 1;
        if (later) At(SinkMoment.BlobBegins, cancellationToken);
        if (later && moment == SinkMoment.BlobHalfway && size is > 1000)
        {
            await content.ReadExactlyAsync(new byte[(int)size / 2], cancellationToken);
            At(SinkMoment.BlobHalfway, cancellationToken);
        }
        var stored = await inner.PutBlobAsync(content, expected, size, cancellationToken);
        if (later) At(SinkMoment.BlobStored, cancellationToken);
        return stored;
    }

    public ValueTask PutManifestAsync(Content manifest, CancellationToken cancellationToken)
    {
        At(SinkMoment.Manifest, cancellationToken);
        return inner.PutManifestAsync(manifest, cancellationToken);
    }

    public ValueTask CommitAsync(Content root, CancellationToken cancellationToken)
    {
        At(SinkMoment.Commit, cancellationToken);
        return inner.CommitAsync(root, cancellationToken);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private void At(SinkMoment now, CancellationToken cancellationToken)
    {
        if (now != moment) return;
        act();
        cancellationToken.ThrowIfCancellationRequested();
    }
}
