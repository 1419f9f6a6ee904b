using Coffer.ImageCrypt.Transfer;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Tests.Transfer;

/// <summary>Acts once a blob of at least so many bytes was read up to a position.</summary>
internal sealed class ActingSource(IImageSource inner, int least, int at, Action act) : ThroughSource(inner)
{
    private int _open;

    public int Open => _open;

    public override async ValueTask<Stream> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        var stream = await base.OpenBlobAsync(descriptor, cancellationToken);
        Interlocked.Increment(ref _open);
        return new Acting(stream, descriptor.Size >= least ? at : int.MaxValue, act, () => Interlocked.Decrement(ref _open));
    }

    private sealed class Acting(Stream inner, int at, Action act, Action closed) : PullStream, IHandsOverHashing
    {
        private int _read;

        public bool TryHandOver() => inner is IHandsOverHashing hashing && hashing.TryHandOver();

        public void Judge(Digest actual) => ((IHandsOverHashing)inner).Judge(actual);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_read >= at)
            {
                act();
                cancellationToken.ThrowIfCancellationRequested();
            }
            var most = _read < at ? Math.Min(buffer.Length, at - _read) : buffer.Length;
            var count = await inner.ReadAsync(buffer[..most], cancellationToken);
            _read += count;
            return count;
        }

        protected override async ValueTask ReleaseAsync()
        {
            await inner.DisposeAsync();
            closed();
        }
    }
}
