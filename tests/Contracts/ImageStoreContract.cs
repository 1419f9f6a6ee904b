using Coffer.Oci;
using Xunit;

namespace Coffer.Contracts;

/// <summary>What every place for images owes to those who write to it and read from it.</summary>
public abstract class ImageStoreContract
{
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>Opens the place for writing; every call of one test means the same place.</summary>
    protected abstract ValueTask<IImageSink> OpenSinkAsync();

    /// <summary>Opens the place for reading.</summary>
    protected abstract ValueTask<IImageSource> OpenSourceAsync();

    [Fact]
    public async Task What_was_committed_is_read_back_byte_for_byte()
    {
        var image = SampleImage.Create(1, 1000, 300_000, 1_500_001);
        await using (var sink = await OpenSinkAsync()) await image.WriteAsync(sink);

        await using var source = await OpenSourceAsync();
        var root = await source.GetRootAsync(None);
        Assert.Equal(image.Manifest.Bytes.ToArray(), root.Bytes.ToArray());
        Assert.Equal(MediaTypes.OciManifest, root.MediaType);
        Assert.Equal(image.Manifest.Digest, root.Digest);
        foreach (var blob in image.Blobs) Assert.Equal(blob, await ReadAsync(source, SampleImage.DescriptorOf(blob)));
    }

    [Fact]
    public async Task Nothing_can_be_opened_before_the_commit_or_without_it()
    {
        var image = SampleImage.Create(2, 5000);
        await using (var sink = await OpenSinkAsync())
        {
            await image.PutBlobsAsync(sink);
            await Assert.ThrowsAnyAsync<CofferException>(ReadRootAsync);
        }
        await Assert.ThrowsAnyAsync<CofferException>(ReadRootAsync);
    }

    [Fact]
    public async Task A_blob_of_unknown_digest_and_size_is_hashed_and_counted()
    {
        var image = SampleImage.Create(3, 700_000);
        await using var sink = await OpenSinkAsync();
        var stored = await sink.PutBlobAsync(new MemoryStream(image.Layers[0]), null, null, None);
        Assert.Equal(Digest.Of(image.Layers[0]), stored.Digest);
        Assert.Equal(image.Layers[0].Length, stored.Size);
    }

    [Fact]
    public async Task A_blob_that_hashes_to_something_else_is_refused()
    {
        var image = SampleImage.Create(4, 300_000);
        await using var sink = await OpenSinkAsync();
        await Assert.ThrowsAnyAsync<CofferException>(async () =>
            await sink.PutBlobAsync(new MemoryStream(image.Layers[0]), Digest.Of([1, 2, 3]), image.Layers[0].Length, None));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_blob_of_another_size_than_promised_is_refused(int difference)
    {
        var image = SampleImage.Create(5, 300_000);
        await using var sink = await OpenSinkAsync();
        await Assert.ThrowsAnyAsync<CofferException>(async () =>
            await sink.PutBlobAsync(new MemoryStream(image.Layers[0]), Digest.Of(image.Layers[0]), image.Layers[0].Length + difference, None));
    }

    [Fact]
    public async Task What_the_content_stream_throws_reaches_the_caller_and_the_blob_does_not_stay()
    {
        var image = SampleImage.Create(6, 900_000);
        await using (var sink = await OpenSinkAsync())
        {
            var promised = SampleImage.DescriptorOf(image.Layers[0]);
            var damaged = image.Layers[0].ToArray();
            damaged[^1] ^= 1;
            await Assert.ThrowsAsync<IntegrityException>(async () =>
                await sink.PutBlobAsync(new VerifyingStream(new MemoryStream(damaged), promised), promised.Digest, promised.Size, None));
            await image.WriteAsync(sink);
        }
        await using var source = await OpenSourceAsync();
        Assert.Equal(image.Layers[0], await ReadAsync(source, SampleImage.DescriptorOf(image.Layers[0])));
    }

    [Fact]
    public async Task Several_blobs_are_put_and_read_at_once()
    {
        var image = SampleImage.Create(7, 200_000, 300_000, 400_000, 500_000, 600_000, 700_000);
        await using (var sink = await OpenSinkAsync())
        {
            await Task.WhenAll(image.Blobs.Select(async blob => await sink.PutBlobAsync(new MemoryStream(blob), null, null, None)));
            await sink.CommitAsync(image.Manifest, None);
        }
        await using var source = await OpenSourceAsync();
        var read = await Task.WhenAll(image.Blobs.Select(blob => ReadAsync(source, SampleImage.DescriptorOf(blob))));
        Assert.Equal(image.Blobs, read);
    }

    [Fact]
    public async Task An_index_comes_back_with_its_children()
    {
        var images = new[] { SampleImage.Create(8, 1000), SampleImage.Create(9, 2000) };
        var index = ImageIndex.Create([.. images.Select(i => i.Manifest.Descriptor)]);
        await using (var sink = await OpenSinkAsync())
        {
            foreach (var image in images)
            {
                await image.PutBlobsAsync(sink);
                await sink.PutManifestAsync(image.Manifest, None);
            }
            await sink.CommitAsync(index.Content, None);
        }
        await using var source = await OpenSourceAsync();
        var root = await source.GetRootAsync(None);
        Assert.Equal(index.Content.Digest, root.Digest);
        foreach (var (descriptor, image) in ImageIndex.Parse(root).Manifests.Zip(images))
        {
            Assert.Equal(image.Manifest.Bytes.ToArray(), (await source.GetManifestAsync(descriptor, None)).Bytes.ToArray());
            Assert.Equal(image.Layers[0], await ReadAsync(source, SampleImage.DescriptorOf(image.Layers[0])));
        }
    }

    [Fact]
    public async Task A_blob_that_is_not_there_is_one_clear_error()
    {
        var image = SampleImage.Create(10, 1000);
        await using (var sink = await OpenSinkAsync()) await image.WriteAsync(sink);
        await using var source = await OpenSourceAsync();
        var error = await Assert.ThrowsAnyAsync<CofferException>(() => ReadAsync(source, SampleImage.DescriptorOf([9, 9, 9])));
        Assert.Contains(Digest.Of([9, 9, 9]).Hex, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_descriptor_with_the_wrong_size_is_an_integrity_failure(int difference)
    {
        var image = SampleImage.Create(11, 4000);
        await using (var sink = await OpenSinkAsync()) await image.WriteAsync(sink);
        await using var source = await OpenSourceAsync();
        var wrong = SampleImage.DescriptorOf(image.Layers[0]);
        await Assert.ThrowsAsync<IntegrityException>(() => ReadAsync(source, wrong with { Size = wrong.Size + difference }));
    }

    [Fact]
    public async Task An_empty_blob_is_a_blob()
    {
        var image = SampleImage.Create(12, 0, 100);
        await using (var sink = await OpenSinkAsync()) await image.WriteAsync(sink);
        await using var source = await OpenSourceAsync();
        Assert.Empty(await ReadAsync(source, SampleImage.DescriptorOf([])));
    }

    /// <summary>Reads a blob to its verdict.</summary>
    protected static async Task<byte[]> ReadAsync(IImageSource source, Descriptor descriptor)
    {
        await using var stream = await source.OpenBlobAsync(descriptor, None);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, None);
        return bytes.ToArray();
    }

    private async Task ReadRootAsync()
    {
        await using var source = await OpenSourceAsync();
        await source.GetRootAsync(None);
    }
}
