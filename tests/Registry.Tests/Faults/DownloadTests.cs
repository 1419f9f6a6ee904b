using Coffer.Oci;
using Microsoft.AspNetCore.Http;

namespace Coffer.Registry.Tests.Faults;

public sealed class DownloadTests : FaultyRegistryTest
{
    private static async Task SendPartAndBreak(HttpContext context, byte[] bytes, int from, int count, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentLength = bytes.Length - from;
        if (status == 206) context.Response.Headers.ContentRange = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}";
        await context.Response.Body.WriteAsync(bytes.AsMemory(from, count));
        await context.Response.Body.FlushAsync();
        if (count > 0) await Task.Delay(100); // a reset throws away what the client has not taken yet
        context.Abort();
    }

    [Fact]
    public async Task A_reset_in_mid_blob_is_resumed_with_Range()
    {
        var bytes = Noise(500_000);
        var blob = Registry.AddBlob(bytes);
        Registry.Fault = First(1, IsBlob, c => SendPartAndBreak(c, bytes, 0, 200_000));
        Assert.Equal(bytes, await ReadBlobAsync(blob));
        var ranges = Registry.Seen.Where(r => r.Path.Contains("/blobs/", StringComparison.Ordinal)).Select(r => r.Range).ToList();
        Assert.Equal(2, ranges.Count);
        Assert.Equal("", ranges[0]);
        Assert.Matches(@"^bytes=[1-9]\d*-$", ranges[1]);
    }

    [Fact]
    public async Task Many_resets_with_progress_in_between_are_survived()
    {
        var bytes = Noise(300_000);
        var blob = Registry.AddBlob(bytes);
        Registry.Fault = First(10, IsBlob, c =>
        {
            var from = (int)(c.Request.GetTypedHeaders().Range?.Ranges.First().From ?? 0);
            return SendPartAndBreak(c, bytes, from, Math.Min(20_000, bytes.Length - from), from == 0 ? 200 : 206);
        });
        Assert.Equal(bytes, await ReadBlobAsync(blob));
    }

    [Fact]
    public async Task Resets_without_progress_end_after_the_retries_allowed()
    {
        var bytes = Noise(300_000);
        var blob = Registry.AddBlob(bytes);
        Registry.Fault = Always(IsBlob, c => SendPartAndBreak(c, bytes, 0, 0));
        var error = await FailsAsync(() => ReadBlobAsync(blob, Options with { RetryTimes = 2 }));
        Assert.True(error.IsTransient);
        Assert.Equal(ExitStatus.Unreachable, error.ExitStatus);
        // A reset before the headers is the request's to retry, one after them the stream's: three tries each at the most.
        Assert.InRange(Registry.Seen.Count(r => r.Path.Contains("/blobs/", StringComparison.Ordinal)), 3, 9);
    }

    [Fact]
    public async Task A_server_that_ignores_Range_is_read_past_what_we_have()
    {
        var bytes = Noise(400_000);
        var blob = Registry.AddBlob(bytes);
        var seen = 0;
        Registry.Fault = async c =>
        {
            if (!IsBlob(c)) return false;
            if (Interlocked.Increment(ref seen) == 1)
            {
                await SendPartAndBreak(c, bytes, 0, 150_000);
                return true;
            }
            c.Response.ContentLength = bytes.Length;
            await c.Response.Body.WriteAsync(bytes);
            return true;
        };
        Assert.Equal(bytes, await ReadBlobAsync(blob));
        Assert.Equal(2, seen);
    }

    [Theory]
    [InlineData("bytes 0-399999/400000")]
    [InlineData("bytes 1-399999/400000")]
    [InlineData(null)]
    public async Task A_resumption_at_another_place_is_an_integrity_failure(string? range)
    {
        var bytes = Noise(400_000);
        var blob = Registry.AddBlob(bytes);
        var seen = 0;
        Registry.Fault = async c =>
        {
            if (!IsBlob(c)) return false;
            if (Interlocked.Increment(ref seen) == 1)
            {
                await SendPartAndBreak(c, bytes, 0, 150_000);
                return true;
            }
            c.Response.StatusCode = 206;
            if (range is not null) c.Response.Headers.ContentRange = range;
            await c.Response.Body.WriteAsync(bytes);
            return true;
        };
        Assert.Equal(ExitStatus.Integrity, (await FailsAsync(() => ReadBlobAsync(blob))).ExitStatus);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_wrong_content_length_is_refused_before_the_first_byte(int difference)
    {
        var blob = Registry.AddBlob(Noise(1000));
        Registry.Fault = Always(IsBlob, c =>
        {
            c.Response.ContentLength = blob.Size + difference;
            return c.Response.Body.WriteAsync(Noise((int)blob.Size + difference)).AsTask();
        });
        var error = await FailsAsync(() => ReadBlobAsync(blob));
        Assert.Equal(ExitStatus.Integrity, error.ExitStatus);
        Assert.Contains(blob.Digest.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(-1, false)]
    [InlineData(1, false)]
    public async Task A_blob_of_other_bytes_or_of_another_length_than_promised_is_an_integrity_failure(int difference, bool flip)
    {
        var bytes = Noise(100_000);
        var blob = Registry.AddBlob(bytes);
        Registry.Fault = Always(IsBlob, async c =>
        {
            var sent = Noise(bytes.Length + 1)[..(bytes.Length + difference)];
            bytes.AsSpan(0, Math.Min(bytes.Length, sent.Length)).CopyTo(sent);
            if (flip) sent[77_777] ^= 1;
            await c.Response.Body.WriteAsync(sent); // in HTTP chunks: nothing is said of the length
        });
        Assert.Equal(ExitStatus.Integrity, (await FailsAsync(() => ReadBlobAsync(blob))).ExitStatus);
    }

    [Fact]
    public async Task A_server_that_stops_sending_is_left_and_the_rest_fetched_anew()
    {
        var bytes = Noise(400_000);
        var blob = Registry.AddBlob(bytes);
        Registry.Fault = First(1, IsBlob, async c =>
        {
            c.Response.ContentLength = bytes.Length;
            await c.Response.Body.WriteAsync(bytes.AsMemory(0, 100_000));
            await c.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, c.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        Assert.Equal(bytes, await ReadBlobAsync(blob, Options with { Patience = TimeSpan.FromMilliseconds(400) }));
    }

    [Fact]
    public async Task A_redirect_to_another_host_is_followed_without_credentials()
    {
        await using var storage = await FaultyRegistry.StartAsync();
        var bytes = Noise(10_000);
        var blob = storage.AddBlob(bytes);
        Registry.Fault = c =>
        {
            if (c.Request.Headers.Authorization.Count == 0)
            {
                c.Response.Headers.WWWAuthenticate = "Basic realm=\"x\"";
                return Done(c, 401);
            }
            if (!IsBlob(c)) return Task.FromResult(false);
            c.Response.Headers.Location = $"http://{storage.Host}{c.Request.Path}?signature=secret";
            return Done(c, 307);
        };
        Assert.Equal(bytes, await ReadBlobAsync(blob, Options with { Credentials = new RegistryCredentials("user", "secret") }));
        Assert.Contains(Registry.Seen, r => r.Path.Contains("/blobs/", StringComparison.Ordinal) && r.Authorization.StartsWith("Basic ", StringComparison.Ordinal));
        Assert.All(storage.Seen, r => Assert.Equal("", r.Authorization));
        Assert.Single(storage.Seen);
    }

    [Fact]
    public async Task Redirects_without_end_are_not_followed()
    {
        var blob = Registry.AddBlob(Noise(10));
        Registry.Fault = Always(IsBlob, c =>
        {
            c.Response.Headers.Location = c.Request.Path.Value;
            return Status(c, 307);
        });
        Assert.Contains("redirects more than 5 times", (await FailsAsync(() => ReadBlobAsync(blob))).Message, StringComparison.Ordinal);
        Assert.Equal(6, Registry.Seen.Count(r => r.Path.Contains("/blobs/", StringComparison.Ordinal)));
    }

    private static Task<bool> Done(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.FromResult(true);
    }
}
