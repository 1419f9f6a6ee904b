using Coffer.ImageCrypt.Decrypt;
using Coffer.ImageCrypt.Encrypt;
using Coffer.ImageCrypt.Transfer;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Tests.Transfer;

/// <summary>A source that breaks, and a caller that gives up, at every stage of the way: it ends, and nothing stays behind.</summary>
public sealed class StageFaultTests : IDisposable
{
    private const int Length = 3_000_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly Workbench _bench = new();

    public static TheoryData<string, int, int> Places => new(
        from work in new[] { "encrypt", "decrypt" }
        from parallelism in new[] { 1, 4 }
        from at in new[] { 0, 1, 256 * 1024 - 1, 256 * 1024, 1_500_000, Length - 1, Length }
        select (work, parallelism, at));

    public void Dispose() => _bench.Dispose();

    [Theory, MemberData(nameof(Places))]
    public async Task A_source_that_throws_ends_the_transfer_with_its_own_reason(string work, int parallelism, int at)
    {
        var error = await Assert.ThrowsAsync<CofferException>(() => RunAsync(work, parallelism, at, () => throw new CofferException("the cable was cut"), default));

        Assert.Equal("the cable was cut", error.Message);
    }

    [Theory, MemberData(nameof(Places))]
    public async Task Giving_up_ends_the_transfer(string work, int parallelism, int at)
    {
        using var stop = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(work, parallelism, at, stop.Cancel, stop.Token));
    }

    private async Task RunAsync(string work, int parallelism, int at, Action act, CancellationToken cancellationToken)
    {
        RawLayers.Write(_bench, [Length, Length + 1, Length + 2, Length + 3]);
        await _bench.EncryptAsync("raw:1", "enc:1");
        using var recipients = await Workbench.Recipients(_bench.PublicKey);
        using var keys = await Workbench.Keys(_bench.PrivateKey);
        ILayerTransform transform = work == "encrypt" ? new EncryptTransform(recipients) : new DecryptTransform(keys);
        ActingAt? source = null;
        try
        {
            await _bench.RunAsync(work == "encrypt" ? "raw:1" : "enc:1", "out:1", transform, parallelism: parallelism,
                through: inner => source = new ActingAt(inner, at, act), cancellationToken: cancellationToken).WaitAsync(Limit, CancellationToken.None);
        }
        finally
        {
            Assert.Equal(0, source!.Open);
            Assert.False(Directory.Exists(_bench.Path("out")), "something of a failed transfer stayed behind");
        }
    }

    /// <summary>Acts once a layer was read up to a position.</summary>
    private sealed class ActingAt(IImageSource inner, int at, Action act) : ThroughSource(inner)
    {
        private int _open;

        public int Open => _open;

        public override async ValueTask<Stream> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
        {
            var stream = await base.OpenBlobAsync(descriptor, cancellationToken);
            Interlocked.Increment(ref _open);
            return new Acting(stream, descriptor.Size >= Length ? at : int.MaxValue, act, () => Interlocked.Decrement(ref _open));
        }
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
