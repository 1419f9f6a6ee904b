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
    public async Task Sha512_is_checked_as_well()
    {
        var promise = new Descriptor("x", Digest.FromHash(SHA512.HashData(Blob)), Blob.Length);
        await using var good = new VerifyingStream(new MemoryStream(Blob), promise);
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
