using System.Security.Cryptography;
using Coffer.Oci;
using Coffer.Registry.Files;
using Coffer.Support;
using Microsoft.Win32.SafeHandles;

namespace Coffer.Registry.Tests.Files;

public sealed class BlobPipelineTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(0), InlineData(1), InlineData(262_143), InlineData(262_144), InlineData(262_145), InlineData(5 * 1024 * 1024 + 3)]
    public async Task What_is_written_is_what_was_read(int length)
    {
        using var folder = new TempDirectory();
        var path = Path.Combine(folder.Path, "blob");
        var bytes = RandomNumberGenerator.GetBytes(length);

        StoredBlob stored;
        using (var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write)) stored = await WriteAsync(new MemoryStream(bytes), file, null);

        Assert.Equal(new StoredBlob(Digest.Of(bytes), length), stored);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task A_full_disk_is_told_and_ends_a_source_without_end()
    {
        using var file = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);

        var error = await Assert.ThrowsAsync<CofferException>(() => WriteAsync(new Endless(), file, null).WaitAsync(Limit));

        Assert.Contains("no space left", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_digest_of_a_stream_that_hashes_is_taken_and_still_compared()
    {
        using var folder = new TempDirectory();
        using var file = File.OpenHandle(Path.Combine(folder.Path, "blob"), FileMode.CreateNew, FileAccess.Write);
        var said = Digest.Of([7]);

        Assert.Equal(said, (await WriteAsync(new Saying(said), file, null)).Digest);
        await Assert.ThrowsAsync<IntegrityException>(() => WriteAsync(new Saying(said), file, Digest.Of([8])));
    }

    [Fact]
    public async Task A_verifying_stream_that_handed_its_hashing_over_proves_nothing()
    {
        using var folder = new TempDirectory();
        using var file = File.OpenHandle(Path.Combine(folder.Path, "blob"), FileMode.CreateNew, FileAccess.Write);
        var promised = new Descriptor("", Digest.Of([1, 2, 3]), 3);
        var stream = new VerifyingStream(new MemoryStream([1, 2, 4]), promised);
        Assert.True(stream.TryHandOver());

        var error = await Assert.ThrowsAsync<IntegrityException>(() => WriteAsync(stream, file, promised.Digest));

        Assert.Contains($"really hashes to {Digest.Of([1, 2, 4])}", error.Message, StringComparison.Ordinal);
    }

    private static Task<StoredBlob> WriteAsync(Stream content, SafeFileHandle file, Digest? expected) =>
        BlobPipeline.WriteAsync(content, file, 0, expected, null, "write here", CancellationToken.None).AsTask();

    private sealed class Endless : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new(buffer.Length);
        }
    }

    private sealed class Saying(Digest digest) : MemoryStream([1, 2, 3]), IHashedContent
    {
        public bool IsHashing => true;

        public Digest Sha256 => digest;
    }
}
