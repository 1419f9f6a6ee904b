using Coffer.Oci;
using Microsoft.AspNetCore.Http;

namespace Coffer.Registry.Tests.Faults;

public sealed class UploadTests : FaultyRegistryTest
{
    private async Task<StoredBlob> PutAsync(Stream content, RegistryOptions? options = null)
    {
        await using var sink = await SinkAsync(options);
        return await sink.PutBlobAsync(content, null, null, Cancel);
    }

    private static bool IsPatch(HttpContext context) => context.Request.Method == "PATCH";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Content_of_unknown_digest_goes_through_POST_PATCH_PUT_whichever_way_Location_is_written(bool absolute)
    {
        Registry.AbsoluteLocations = absolute;
        var bytes = Noise(3_000_000);
        var stored = await PutAsync(new MemoryStream(bytes));
        Assert.Equal(new StoredBlob(Digest.Of(bytes), bytes.Length), stored);
        Assert.Equal(bytes, Registry.Blobs[stored.Digest.ToString()]);
        Assert.Equal(["GET", "POST", "PATCH", "PUT"], Registry.Seen.Select(r => r.Method));
        var put = Registry.Seen[^1].Path;
        Assert.Contains("state=a%2Fb%3D3000000&digest=sha256%3A", put, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(411)]
    [InlineData(416)]
    [InlineData(400)]
    public async Task A_registry_that_refuses_a_stream_gets_pieces_of_known_length(int status)
    {
        Registry.Fault = Always(c => IsPatch(c) && c.Request.Headers.ContentLength is null, c => Status(c, status));
        var bytes = Noise(20_000_000);
        var stored = await PutAsync(new MemoryStream(bytes));
        Assert.Equal(bytes, Registry.Blobs[stored.Digest.ToString()]);
        Assert.Equal(4, Registry.Seen.Count(r => r.Method == "PATCH")); // one stream, then 8 + 8 + 4 MiB
    }

    [Fact]
    public async Task Pieces_are_as_long_as_the_registry_wants_them()
    {
        var lengths = new List<(long Length, string? Range)>();
        Registry.Fault = c =>
        {
            c.Response.Headers["OCI-Chunk-Min-Length"] = (12 << 20).ToString(System.Globalization.CultureInfo.InvariantCulture);
            if (!IsPatch(c)) return Task.FromResult(false);
            if (c.Request.ContentLength is { } length)
            {
                lengths.Add((length, c.Request.Headers.ContentRange));
                return Task.FromResult(false);
            }
            c.Response.StatusCode = 411;
            return Task.FromResult(true);
        };
        var bytes = Noise(30_000_000);
        var stored = await PutAsync(new MemoryStream(bytes));
        Assert.Equal(bytes, Registry.Blobs[stored.Digest.ToString()]);
        Assert.Equal([(12 << 20, "0-12582911"), (12 << 20, "12582912-25165823"), (4834176, "25165824-29999999")], lengths);
    }

    [Fact]
    public async Task A_piece_longer_than_memory_should_hold_is_refused()
    {
        Registry.Fault = c =>
        {
            c.Response.Headers["OCI-Chunk-Min-Length"] = "99999999999";
            if (!IsPatch(c)) return Task.FromResult(false);
            c.Response.StatusCode = 411;
            return Task.FromResult(true);
        };
        Assert.Contains("pieces of at least 99999999999 bytes", (await FailsAsync(() => PutAsync(new MemoryStream(Noise(100))))).Message, StringComparison.Ordinal);
        Assert.Equal(0, Registry.OpenUploads);
    }

    [Fact]
    public async Task A_piece_that_was_lost_is_sent_again_from_where_the_registry_is()
    {
        var lost = 0;
        Registry.Fault = async c =>
        {
            if (!IsPatch(c)) return false;
            if (c.Request.ContentLength is null)
            {
                c.Response.StatusCode = 411;
                return true;
            }
            if (Interlocked.Increment(ref lost) is not (2 or 3)) return false;
            c.Abort();
            return await Task.FromResult(true);
        };
        var bytes = Noise(20_000_000);
        var stored = await PutAsync(new MemoryStream(bytes));
        Assert.Equal(bytes, Registry.Blobs[stored.Digest.ToString()]);
        Assert.Equal(2, Clock.Waits.Count);
    }

    [Fact]
    public async Task A_stream_cut_off_in_the_middle_fails_as_transient_and_leaves_nothing_open()
    {
        Registry.Fault = First(1, IsPatch, async c =>
        {
            await c.Request.Body.ReadExactlyAsync(new byte[500_000]);
            c.Abort();
        });
        var bytes = Noise(5_000_000);
        var error = await FailsAsync(() => PutAsync(new MemoryStream(bytes)));
        Assert.IsType<TransientRegistryException>(error);
        Assert.True(error.IsTransient);
        Assert.Equal(0, Registry.OpenUploads);
        Assert.Equal(Digest.Of(bytes), (await PutAsync(new MemoryStream(bytes))).Digest);
    }

    [Fact]
    public async Task Content_that_throws_at_its_end_is_never_published()
    {
        var bytes = Noise(5_000_000);
        await using var damaged = new VerifyingStream(new MemoryStream(bytes), new Descriptor("x", Digest.Of([1]), bytes.Length));
        await Assert.ThrowsAsync<IntegrityException>(() => PutAsync(damaged));
        Assert.Empty(Registry.Blobs);
        Assert.DoesNotContain(Registry.Seen, r => r.Method == "PUT");
        Assert.Contains(Registry.Seen, r => r.Method == "DELETE");
        Assert.Equal(0, Registry.OpenUploads);
    }

    [Fact]
    public async Task A_closing_PUT_whose_answer_was_lost_is_found_to_have_worked()
    {
        Registry.Fault = First(1, c => c.Request.Method == "PUT", async c =>
        {
            var bytes = Noise(2_000_000);
            Registry.AddBlob(bytes);
            await FaultyRegistry.Refuse(c, 404, "BLOB_UPLOAD_UNKNOWN", "gone");
        });
        Assert.Equal(Digest.Of(Noise(2_000_000)), (await PutAsync(new MemoryStream(Noise(2_000_000)))).Digest);
    }

    [Fact]
    public async Task A_registry_that_stored_something_else_is_an_integrity_failure()
    {
        Registry.Fault = Always(c => c.Request.Method == "PUT", c =>
        {
            c.Response.Headers["Docker-Content-Digest"] = Digest.Of([7]).ToString();
            return Status(c, 201);
        });
        Assert.Equal(ExitStatus.Integrity, (await FailsAsync(() => PutAsync(new MemoryStream(Noise(10))))).ExitStatus);
    }

    [Fact]
    public async Task Nothing_of_the_content_is_read_before_the_registry_let_us_in()
    {
        Registry.Fault = Always(c => c.Request.Method == "POST", c => FaultyRegistry.Refuse(c, 403, "DENIED", "no"));
        using var content = new MemoryStream(Noise(1000));
        var error = await FailsAsync(() => PutAsync(content));
        Assert.Equal(0, content.Position);
        Assert.False(error.IsTransient);
        Assert.Contains("takes no upload to team/app", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upload_location_on_another_host_gets_no_credentials()
    {
        await using var elsewhere = await FaultyRegistry.StartAsync();
        Registry.Fault = async c =>
        {
            if (c.Request.Headers.Authorization.Count == 0)
            {
                c.Response.Headers.WWWAuthenticate = "Basic realm=\"x\"";
                c.Response.StatusCode = 401;
                return true;
            }
            if (c.Request.Method != "POST") return false;
            c.Response.Headers.Location = $"http://{elsewhere.Host}/upload/1";
            c.Response.StatusCode = 202;
            return await Task.FromResult(true);
        };
        await FailsAsync(() => PutAsync(new MemoryStream(Noise(10)), Options with { Credentials = new RegistryCredentials("user", "secret") }));
        Assert.NotEmpty(elsewhere.Seen);
        Assert.All(elsewhere.Seen, r => Assert.Equal("", r.Authorization));
    }

    [Fact]
    public async Task A_blob_that_is_there_is_not_uploaded()
    {
        var blob = Registry.AddBlob(Noise(100));
        await using var source = await SourceAsync();
        await using var sink = await SinkAsync();
        Assert.True(await sink.TryReuseBlobAsync(source, blob, Cancel));
        Assert.False(await sink.TryReuseBlobAsync(source, blob with { Size = 99 }, Cancel));
        Assert.DoesNotContain(Registry.Seen, r => r.Method == "POST");
    }

    [Fact]
    public async Task A_mount_that_is_granted_moves_no_bytes_and_one_that_is_not_is_closed_again()
    {
        var blob = new Descriptor(MediaTypes.OciLayer, Digest.Of([1]), 1);
        Registry.AddManifest("1", SmallManifest());
        await using var source = await ImageLocation.Parse($"docker://{Registry.Host}/other/app:1").OpenSourceAsync(Options, Cancel);
        await source.GetRootAsync(Cancel);
        await using var sink = await SinkAsync();
        Assert.False(await sink.TryReuseBlobAsync(source, blob, Cancel));
        Assert.Equal(0, Registry.OpenUploads);
        Registry.Fault = Always(c => c.Request.Query.ContainsKey("mount"), c => Status(c, 201));
        Assert.True(await sink.TryReuseBlobAsync(source, blob, Cancel));
        Assert.Contains($"mount=sha256%3A{blob.Digest.Hex}&from=other%2Fapp", Registry.Seen[^1].Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_root_is_committed_under_its_tag_and_a_digest_that_it_does_not_have_is_refused()
    {
        var manifest = SmallManifest();
        await using (var sink = await SinkAsync()) await sink.CommitAsync(manifest, Cancel);
        Assert.Equal("PUT /v2/team/app/manifests/1", Registry.Seen[^1].ToString());
        await using var wrong = await ImageLocation.Parse($"docker://{Registry.Host}/team/app@{Digest.Of([1])}").OpenSinkAsync(Options, Cancel);
        Assert.Equal(ExitStatus.Usage, (await FailsAsync(async () => await wrong.CommitAsync(manifest, Cancel))).ExitStatus);
    }
}
