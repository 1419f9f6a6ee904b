using Coffer.Oci;
using Microsoft.AspNetCore.Http;

namespace Coffer.Registry.Tests.Faults;

public sealed class AnswerTests : FaultyRegistryTest
{
    [Theory]
    [InlineData(401, ExitStatus.Failed, "authentication is required", "skopeo login")]
    [InlineData(403, ExitStatus.Failed, "access is denied", "skopeo login")]
    [InlineData(404, ExitStatus.Failed, "not found", "spelling")]
    [InlineData(429, ExitStatus.Unreachable, "too many requests", "--retry-times")]
    [InlineData(500, ExitStatus.Unreachable, "the registry failed", "--retry-times")]
    [InlineData(418, ExitStatus.Failed, "refused", null)]
    public async Task A_refusal_is_one_line_with_its_status_what_the_registry_said_and_a_hint(int status, ExitStatus exit, string says, string? hint)
    {
        Registry.Fault = Always(IsManifest, c => FaultyRegistry.Refuse(c, status, "SOME_CODE", "its own \\u001b[31m words"));
        var error = await FailsAsync(() => ReadRootAsync());
        Assert.Equal(exit, error.ExitStatus);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Contains($"({status})", error.Message, StringComparison.Ordinal);
        Assert.Contains("team/app", error.Message, StringComparison.Ordinal);
        Assert.Contains("SOME_CODE: its own ?[31m words", error.Message, StringComparison.Ordinal);
        if (hint is null) Assert.Null(error.Hint);
        else Assert.Contains(hint, error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_requests_are_retried_after_the_pause_that_the_registry_asks_for()
    {
        var manifest = Registry.AddManifest("1", SmallManifest());
        Registry.Fault = First(2, IsManifest, c =>
        {
            c.Response.Headers.RetryAfter = "7";
            return Status(c, 429);
        });
        Assert.Equal(manifest.Digest, (await ReadRootAsync()).Digest);
        Assert.Equal([TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(7)], Clock.Waits);
    }

    [Fact]
    public async Task A_pause_of_hours_is_cut_to_a_minute()
    {
        Registry.AddManifest("1", SmallManifest());
        Registry.Fault = First(1, IsManifest, c =>
        {
            c.Response.Headers.RetryAfter = "86400";
            return Status(c, 503);
        });
        await ReadRootAsync();
        Assert.Equal([TimeSpan.FromSeconds(60)], Clock.Waits);
    }

    [Fact]
    public async Task A_failing_registry_is_asked_again_with_growing_pauses_and_no_more_often_than_allowed()
    {
        Registry.Fault = Always(IsManifest, c => Status(c, 500));
        await FailsAsync(() => ReadRootAsync(Options with { RetryTimes = 4 }));
        Assert.Equal(5, Registry.Seen.Count(r => r.Path.Contains("/manifests/", StringComparison.Ordinal)));
        Assert.Equal(4, Clock.Waits.Count);
        for (var i = 0; i < 4; i++) Assert.InRange(Clock.Waits[i].TotalMilliseconds, 250 << i, 500 << i);
    }

    [Fact]
    public async Task A_refusal_that_will_not_change_is_not_retried()
    {
        await FailsAsync(() => ReadRootAsync());
        Assert.Single(Registry.Seen, r => r.Path.Contains("/manifests/", StringComparison.Ordinal));
        Assert.Empty(Clock.Waits);
    }

    [Fact]
    public async Task A_reset_before_the_answer_is_retried()
    {
        var manifest = Registry.AddManifest("1", SmallManifest());
        Registry.Fault = First(2, IsManifest, c =>
        {
            c.Abort();
            return Task.CompletedTask;
        });
        Assert.Equal(manifest.Digest, (await ReadRootAsync()).Digest);
    }

    [Fact]
    public async Task A_registry_that_says_nothing_is_given_up_after_its_time()
    {
        Registry.Fault = Always(IsManifest, c => Task.Delay(Timeout.Infinite, c.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
        var error = await FailsAsync(() => ReadRootAsync(Options with { Patience = TimeSpan.FromMilliseconds(300), RetryTimes = 1 }));
        Assert.Equal(ExitStatus.Unreachable, error.ExitStatus);
        Assert.Contains("does not answer within 0.3 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_listening_is_unreachable_at_once()
    {
        var host = $"127.0.0.1:{Support.LoopbackPort.Free()}";
        await using var source = await ImageLocation.Parse($"docker://{host}/app:1").OpenSourceAsync(Options, Cancel);
        var error = await FailsAsync(async () => await source.GetRootAsync(Cancel));
        Assert.Equal(ExitStatus.Unreachable, error.ExitStatus);
        Assert.Contains($"{host} refuses connections", error.Message, StringComparison.Ordinal);
        Assert.Empty(Clock.Waits);
    }

    [Fact]
    public async Task Plain_http_is_refused_unless_it_was_allowed()
    {
        Registry.AddManifest("1", SmallManifest());
        var error = await FailsAsync(() => ReadRootAsync(Options with { TlsVerify = null }));
        Assert.Equal(ExitStatus.Unreachable, error.ExitStatus);
        Assert.Contains("--tls-verify=false", error.Hint, StringComparison.Ordinal);
        Assert.Empty(Registry.Seen);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain; charset=utf-8")]
    [InlineData(null)]
    public async Task A_manifest_without_a_telling_content_type_tells_its_type_itself(string? type)
    {
        var manifest = SmallManifest();
        Registry.Fault = Always(IsManifest, async c =>
        {
            c.Response.ContentType = type;
            await c.Response.Body.WriteAsync(manifest.Bytes);
        });
        Assert.Equal(MediaTypes.OciManifest, (await ReadRootAsync()).MediaType);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_manifest_above_four_mebibytes_is_refused_with_and_without_a_length(bool length)
    {
        var sent = 0L;
        Registry.Fault = Always(IsManifest, async c =>
        {
            if (length) c.Response.ContentLength = 1L << 30;
            var zeros = new byte[64 * 1024];
            for (; sent < 1L << 30 && !c.RequestAborted.IsCancellationRequested; sent += zeros.Length) await c.Response.Body.WriteAsync(zeros, c.RequestAborted);
        });
        var error = await FailsAsync(() => ReadRootAsync());
        Assert.Contains("4194304", error.Message, StringComparison.Ordinal);
        Assert.InRange(Interlocked.Read(ref sent), 0, (1L << 30) - 1);
    }

    [Fact]
    public async Task A_lying_content_digest_is_an_integrity_failure()
    {
        Registry.Fault = Always(IsManifest, async c =>
        {
            c.Response.ContentType = MediaTypes.OciManifest;
            c.Response.Headers["Docker-Content-Digest"] = Digest.Of([1]).ToString();
            await c.Response.Body.WriteAsync(SmallManifest().Bytes);
        });
        Assert.Equal(ExitStatus.Integrity, (await FailsAsync(() => ReadRootAsync())).ExitStatus);
    }

    [Fact]
    public async Task Another_manifest_than_the_digest_names_is_an_integrity_failure_whatever_the_header_says()
    {
        var wanted = Digest.Of([1]);
        Registry.Fault = Always(IsManifest, async c =>
        {
            c.Response.ContentType = MediaTypes.OciManifest;
            c.Response.Headers["Docker-Content-Digest"] = wanted.ToString();
            await c.Response.Body.WriteAsync(SmallManifest().Bytes);
        });
        await using var source = await ImageLocation.Parse($"docker://{Registry.Host}/team/app@{wanted}").OpenSourceAsync(Options, Cancel);
        Assert.Equal(ExitStatus.Integrity, (await FailsAsync(async () => await source.GetRootAsync(Cancel))).ExitStatus);
    }

    [Fact]
    public async Task A_manifest_that_broke_off_is_read_again()
    {
        var manifest = Registry.AddManifest("1", SmallManifest());
        Registry.Fault = First(1, IsManifest, async c =>
        {
            c.Response.ContentLength = manifest.Bytes.Length;
            await c.Response.Body.WriteAsync(manifest.Bytes[..20]);
            await c.Response.Body.FlushAsync();
            c.Abort();
        });
        Assert.Equal(manifest.Digest, (await ReadRootAsync()).Digest);
    }
}
