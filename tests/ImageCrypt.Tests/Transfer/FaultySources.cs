using System.Collections.Concurrent;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Tests.Transfer;

/// <summary>A source that passes on to another one; tests override what should go wrong.</summary>
internal abstract class ThroughSource(IImageSource inner) : IImageSource
{
    public string Location => inner.Location;

    public virtual ValueTask<Content> GetRootAsync(CancellationToken cancellationToken) => inner.GetRootAsync(cancellationToken);

    public virtual ValueTask<Content> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken) => inner.GetManifestAsync(descriptor, cancellationToken);

    public virtual ValueTask<Stream> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken) => inner.OpenBlobAsync(descriptor, cancellationToken);

    public ValueTask<bool> HasSignaturesAsync(CancellationToken cancellationToken) => inner.HasSignaturesAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}

/// <summary>Lets each blob fail once at half its length, in a way that may pass.</summary>
internal sealed class CutOnce(IImageSource inner) : ThroughSource(inner)
{
    private readonly ConcurrentDictionary<Digest, bool> _cut = new();

    public int Cuts => _cut.Count;

    public override async ValueTask<Stream> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        var stream = await base.OpenBlobAsync(descriptor, cancellationToken);
        return _cut.TryAdd(descriptor.Digest, true) ? new Cut(stream, descriptor.Size / 2) : stream;
    }

    private sealed class Cut(Stream inner, long after) : MemoryStream
    {
        private long _left = after;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_left == 0) throw new Reset();
            var count = await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
            _left -= count;
            return count;
        }
    }

    private sealed class Reset() : CofferException("connection reset", ExitStatus.Unreachable)
    {
        public override bool IsTransient => true;
    }
}

/// <summary>Names every layer by another digest than it has, as a writer does that recompresses while it encrypts.</summary>
internal sealed class RecordingOtherDigest(IImageSource inner) : ThroughSource(inner)
{
    private readonly Dictionary<Digest, Descriptor> _real = [];

    public override async ValueTask<Content> GetRootAsync(CancellationToken cancellationToken)
    {
        var manifest = Manifest.Parse(await base.GetRootAsync(cancellationToken));
        return manifest.With([.. manifest.Layers.Select(l =>
        {
            var other = l with { Digest = Digest.Of([.. System.Text.Encoding.ASCII.GetBytes(l.Digest.Hex)]) };
            _real[other.Digest] = l;
            return other;
        })]).Content;
    }

    public override ValueTask<Stream> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        base.OpenBlobAsync(_real.GetValueOrDefault(descriptor.Digest, descriptor), cancellationToken);
}
