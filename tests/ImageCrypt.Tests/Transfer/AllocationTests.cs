using System.Security.Cryptography;
using Coffer.ImageCrypt.Encrypt;
using Coffer.ImageCrypt.Transfer;
using Coffer.ImageCrypt.Trees;
using Coffer.ImageCrypt.Verify;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Tests.Transfer;

/// <summary>Counts every byte the process allocates, so nothing may run beside.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class AloneInTheProcess;

/// <summary>Blocks are pooled: what a layer costs in allocations does not grow with its length, and a failure gives its blocks back.</summary>
[Collection(typeof(AloneInTheProcess))]
public sealed class AllocationTests
{
    private const int Megabyte = 1024 * 1024;

    [Fact]
    public async Task Encrypting_a_megabyte_allocates_less_than_sixteen_kilobytes()
    {
        await EncryptAsync(32, long.MaxValue);

        var small = await Allocated(() => EncryptAsync(32, long.MaxValue));
        var large = await Allocated(() => EncryptAsync(160, long.MaxValue));

        // A few blocks more or less come from how far the stages run ahead; without a pool it would be a megabyte.
        Assert.InRange((large - small) / 128, long.MinValue, 16 * 1024);
    }

    [Fact]
    public async Task Decrypting_a_megabyte_allocates_less_than_sixteen_kilobytes()
    {
        using var small = await EncryptedAsync(8);
        using var large = await EncryptedAsync(40);
        await DecryptAsync(small);

        var less = await Allocated(() => DecryptAsync(small));
        var more = await Allocated(() => DecryptAsync(large));

        Assert.InRange((more - less) / 32, long.MinValue, 16 * 1024);
    }

    [Fact]
    public async Task A_failed_attempt_gives_its_blocks_back()
    {
        const int Attempts = 100;
        await Failing(20);

        var bytes = await Allocated(() => Failing(Attempts));

        // Keys, recipients, key stream and documents take about 190 KiB an attempt; one lost block alone has 256 KiB.
        Assert.InRange(bytes / Attempts, 0, 320 * 1024);

        static async Task Failing(int attempts)
        {
            for (var i = 0; i < attempts; i++) await Assert.ThrowsAsync<CofferException>(() => EncryptAsync(8, (i % 8 * Megabyte) + 1000));
        }
    }

    private static async Task<long> Allocated(Func<Task> work)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await work();
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    private static async Task<Workbench> EncryptedAsync(int megabytes)
    {
        var bench = new Workbench();
        RawLayers.Write(bench, [megabytes * Megabyte]);
        await bench.EncryptAsync("raw:1", "enc:1");
        return bench;
    }

    private static Task DecryptAsync(Workbench bench) => Works.WithAsync(bench, "decrypt", transform => bench.RunAsync("enc:1", "out:1", transform, into: _ => new DiscardingSink()));

    private static async Task EncryptAsync(int megabytes, long failAt)
    {
        using var folder = new Workbench();
        using var recipients = await Workbench.Recipients(folder.PublicKey);
        await using var source = new Zeros((long)megabytes * Megabyte, failAt);
        await using var sink = new DiscardingSink();
        var tree = await ImageTree.ReadAsync(source, InstanceSelection.All, CancellationToken.None);
        await new ImageTransfer(source, sink, new EncryptTransform(recipients), SilentObserver.Instance).RunAsync(tree, CancellationToken.None);
    }

    /// <summary>An image with one layer of zeros.</summary>
    private sealed class Zeros(long length, long failAt) : IImageSource
    {
        private static readonly byte[] Config = [.. """{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}"""u8];

        public string Location => "zeros";

        public ValueTask<Content> GetRootAsync(CancellationToken cancellationToken)
        {
            var config = Digest.Of(Config);
            var layer = Digest.Of([1]);
            return new(Content.Of(MediaTypes.OciManifest, System.Text.Encoding.UTF8.GetBytes(
                $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{"mediaType":"{{MediaTypes.OciConfig}}","digest":"{{config}}","size":{{Config.Length}}},"layers":[{"mediaType":"{{MediaTypes.OciLayer}}","digest":"{{layer}}","size":{{length}}}]}""")));
        }

        public ValueTask<Content> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<Stream> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
            new(descriptor.Size == Config.Length ? new MemoryStream(Config) : new Zero(length, failAt));

        public ValueTask<bool> HasSignaturesAsync(CancellationToken cancellationToken) => new(false);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Zero(long length, long failAt) : PullStream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private long _read;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_read >= failAt) throw new CofferException("broken");
            var count = (int)Math.Min(buffer.Length, length - _read);
            buffer.Span[..count].Clear();
            _hash.AppendData(buffer.Span[..count]);
            _read += count;
            return new(count);
        }

        protected override ValueTask ReleaseAsync()
        {
            _hash.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
