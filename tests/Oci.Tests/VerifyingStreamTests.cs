using System.Security.Cryptography;
using Coffer.Oci;

namespace Coffer.Oci.Tests;

public sealed class VerifyingStreamTests
{
    private static readonly byte[] Blob = RandomNumberGenerator.GetBytes(100_000);

    private static Descriptor Promise(byte[] blob, long? size = null) => new("x", Digest.Of(blob), size ?? blob.Length);

    [Fact]
    public async Task Honest_blob_is_read_whole()
    {
        await using var stream = new VerifyingStream(new MemoryStream(Blob), Promise(Blob));
        var copy = new MemoryStream();

        await stream.CopyToAsync(copy, TestContext.Current.CancellationToken);

        Assert.Equal(Blob, copy.ToArray());
    }

    [Fact]
    public async Task Hashing_is_handed_over_before_the_first_byte_only_and_the_reader_is_judged()
    {
        await using var stream = new VerifyingStream(new MemoryStream(Blob), Promise(Blob));
        Assert.True(stream.IsHashing);

        Assert.True(stream.TryHandOver());
        await stream.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken);

        Assert.False(stream.IsHashing);
        Assert.Null(stream.Proves);
        Assert.Throws<InvalidOperationException>(() => stream.Sha256);
        stream.Judge(Digest.Of(Blob));
        Assert.Throws<IntegrityException>(() => stream.Judge(Digest.Of([1])));

        await using var begun = new VerifyingStream(new MemoryStream(Blob), Promise(Blob));
        _ = await begun.ReadAsync(new byte[1], TestContext.Current.CancellationToken);
        Assert.False(begun.TryHandOver());
    }

    [Fact]
    public async Task The_size_is_checked_although_the_hashing_was_handed_over()
    {
        await using var stream = new VerifyingStream(new MemoryStream([.. Blob, 1]), Promise(Blob));
        Assert.True(stream.TryHandOver());

        await Assert.ThrowsAsync<IntegrityException>(() => stream.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_digest_is_to_be_had_after_a_good_end_only()
    {
        await using var stream = new VerifyingStream(new MemoryStream(Blob), Promise(Blob));
        Assert.Throws<InvalidOperationException>(() => stream.Sha256);

        await stream.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken);

        Assert.Equal(Digest.Of(Blob), stream.Sha256);
    }

    [Fact]
    public async Task Sha512_is_checked_as_well()
    {
        var promise = new Descriptor("x", Digest.FromHash(SHA512.HashData(Blob)), Blob.Length);
        await using var good = new VerifyingStream(new MemoryStream(Blob), promise);
        Assert.False(good.IsHashing || good.TryHandOver());
        await good.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken);

        await using var bad = new VerifyingStream(new MemoryStream([.. Blob[1..], 0]), promise);
        await Assert.ThrowsAsync<IntegrityException>(() => bad.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Truncated_blob_is_refused_at_its_end() => await Refused(Blob[..^1], Promise(Blob));

    [Fact]
    public async Task Oversized_blob_is_refused_and_never_given()
    {
        var copy = await Refused([.. Blob, 1, 2, 3], Promise(Blob));

        Assert.True(copy.Length <= Blob.Length);
    }

    [Fact]
    public async Task Altered_blob_is_refused()
    {
        var altered = (byte[])Blob.Clone();
        altered[5] ^= 1;
        await Refused(altered, Promise(Blob));
    }

    [Fact]
    public void Synchronous_reads_are_checked_too()
    {
        using var stream = new VerifyingStream(new MemoryStream(Blob[..^1]), Promise(Blob));

        Assert.Throws<IntegrityException>(() => stream.CopyTo(Stream.Null));
    }

    private static async Task<MemoryStream> Refused(byte[] content, Descriptor promise)
    {
        await using var stream = new VerifyingStream(new MemoryStream(content), promise);
        var copy = new MemoryStream();
        var error = await Assert.ThrowsAsync<IntegrityException>(() => stream.CopyToAsync(copy));
        Assert.Equal(ExitStatus.Integrity, error.ExitStatus);
        return copy;
    }
}
