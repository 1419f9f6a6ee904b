using System.Net;
using System.Text.RegularExpressions;
using Coffer.Cli.Tests.Scripting;
using Coffer.Support;

namespace Coffer.Cli.Tests.Registries;

/// <summary>The verbs on images in a real registry over plain HTTP.</summary>
public sealed partial class RegistryStoryTests : IAsyncLifetime
{
    private readonly TempDirectory _folder = new();
    private DockerRegistry _registry = null!;

    public async ValueTask InitializeAsync()
    {
        _registry = await DockerRegistry.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        TestKeys.Write(_folder, ["alice"]);
        TestKeys.Write(_folder, ["bob", "ec"]);
        TestImages.Write(_folder, ["image", "1", "gzip", "plain"]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_registry is not null) await _registry.DisposeAsync();
        _folder.Dispose();
    }

    private string Image => $"oci:{At("image")}:1";

    private string Remote(string name) => $"docker://{_registry.Host}/{name}";

    private string At(string name) => _folder.Combine(name);

    [Fact]
    public async Task Image_goes_into_a_registry_and_comes_back()
    {
        var encrypted = await EncryptAsync("team/app:1");
        var inspected = (await CommandRun.RunAsync("inspect", "--tls-verify=false", Remote("team/app:1"))).ShouldSucceed();
        Assert.Equal(encrypted.Digest, inspected.Digest);
        Assert.Contains("jwe:0  RSA-OAEP", inspected.Stdout, StringComparison.Ordinal);
        var verified = (await CommandRun.RunAsync("verify", "--tls-verify=false", "-d", At("alice.pem"), Remote($"team/app@{encrypted.Digest}"))).ShouldSucceed();
        Assert.Equal(2, Regex.Count(verified.Stdout, "ok, encrypted"));
        Assert.Contains("no usable key", (await CommandRun.RunAsync("verify", "--tls-verify=false", "-d", At("bob.pem"), Remote("team/app:1"))).Stdout, StringComparison.Ordinal);

        (await CommandRun.RunAsync("decrypt", "--src-tls-verify=false", "--strict", "-d", At("alice.pem"), Remote("team/app:1"), $"oci-archive:{At("dec.tar")}:1")).ShouldSucceed();
        (await CommandRun.RunAsync("copy", $"oci-archive:{At("dec.tar")}:1", $"oci:{At("dec")}:1")).ShouldSucceed();
        Assert.True(TestImages.SameLayers(At("image"), At("dec")));
    }

    [Fact]
    public async Task Copy_between_repositories_moves_no_layer_through_this_machine()
    {
        var encrypted = await EncryptAsync("one:1");
        var before = await RequestsAsync();
        var copied = (await CommandRun.RunAsync("copy", "--src-tls-verify=false", "--dest-tls-verify=false", Remote("one:1"), Remote("two/deep:2"))).ShouldSucceed();
        Assert.Equal(encrypted.Digest, copied.Digest);
        var since = (await RequestsAsync()).Skip(before.Count).ToList();
        Assert.DoesNotContain(since, r => r.StartsWith("GET /v2/one/blobs/", StringComparison.Ordinal) && LayersOf(encrypted).Any(l => r.Contains(l, StringComparison.Ordinal)));
        Assert.DoesNotContain(since, r => r.StartsWith("PATCH ", StringComparison.Ordinal));
        (await CommandRun.RunAsync("verify", "--tls-verify=false", "-d", At("alice.pem"), Remote("two/deep:2"))).ShouldSucceed();
    }

    [Fact]
    public async Task Rewrap_in_the_registry_moves_no_blob_and_tells_what_still_opens()
    {
        var old = (await EncryptAsync("app:1")).Digest;
        var before = await RequestsAsync();
        var rewrapped = (await RewrapAsync("app:1")).ShouldSucceed();
        var since = (await RequestsAsync()).Skip(before.Count).ToList();
        Assert.NotEqual(old, rewrapped.Digest);
        Assert.Contains(since, r => r.StartsWith("PUT /v2/app/manifests/", StringComparison.Ordinal));
        Assert.DoesNotContain(since, r => Regex.IsMatch(r, "^(POST|PATCH|PUT) /v2/app/blobs/"));
        Assert.DoesNotContain(since, r => r.StartsWith("GET /v2/app/blobs/", StringComparison.Ordinal));

        Assert.Contains(old, Assert.Single(rewrapped.Warnings), StringComparison.Ordinal);
        Assert.Contains("still opens", rewrapped.Warnings[0], StringComparison.Ordinal);
        Assert.Contains("--delete-old", rewrapped.Warnings[0], StringComparison.Ordinal);
        (await CommandRun.RunAsync("verify", "--tls-verify=false", "-d", At("alice.pem"), Remote($"app@{old}"))).ShouldSucceed();
        Assert.Equal(3, (await CommandRun.RunAsync("verify", "-q", "--tls-verify=false", "-d", At("alice.pem"), Remote("app:1"))).Status);
        (await CommandRun.RunAsync("verify", "--tls-verify=false", "-d", At("bob.pem"), Remote("app:1"))).ShouldSucceed();
    }

    [Fact]
    public async Task Delete_old_takes_the_replaced_manifest_away()
    {
        var old = (await EncryptAsync("app:1")).Digest;
        var rewrapped = (await RewrapAsync("app:1", "--delete-old")).ShouldSucceed();
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("app", old));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("app", rewrapped.Digest));
        Assert.DoesNotContain(rewrapped.Warnings, w => w.Contains("still opens", StringComparison.Ordinal));
        (await CommandRun.RunAsync("verify", "--tls-verify=false", "-d", At("bob.pem"), Remote("app:1"))).ShouldSucceed();
    }

    [Fact]
    public async Task Delete_old_takes_every_instance_of_an_index_away()
    {
        TestImages.Write(_folder, ["many", "1", "gzip", "platforms=linux/amd64,linux/arm64"]);
        (await CommandRun.RunAsync("encrypt", "--all", "--dest-tls-verify=false", "-e", $"jwe:{At("alice.pub.pem")}", $"oci:{At("many")}:1", Remote("many:1"))).ShouldSucceed();
        var old = Digests((await CommandRun.RunAsync("inspect", "--tls-verify=false", Remote("many:1"))).ShouldSucceed().Stdout);
        Assert.Equal(3, old.Count);
        var told = (await RewrapAsync("many:1")).ShouldSucceed();
        Assert.Equal(old.Order(), told.Warnings.SelectMany(Digests).Order());
        foreach (var digest in old) Assert.Equal(HttpStatusCode.OK, await StatusAsync("many", digest));

        var middle = Digests((await CommandRun.RunAsync("inspect", "--tls-verify=false", Remote("many:1"))).ShouldSucceed().Stdout);
        (await CommandRun.RunAsync("rewrap", "--tls-verify=false", "--delete-old", "-d", At("bob.pem"), "--add", $"jwe:{At("alice.pub.pem")}", Remote("many:1"))).ShouldSucceed();
        foreach (var digest in middle) Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("many", digest));
        (await CommandRun.RunAsync("verify", "--tls-verify=false", "-d", At("alice.pem"), Remote("many:1"))).ShouldSucceed();
    }

    [Fact]
    public async Task Missing_image_is_named_with_its_tag()
    {
        await EncryptAsync("app:1");
        foreach (var name in (string[])["app:nope", "nowhere:1"])
        {
            var run = (await CommandRun.RunAsync("copy", "--src-tls-verify=false", Remote(name), $"oci:{At("out")}:1")).ShouldEnd(1);
            Assert.Contains(name, run.Errors[0], StringComparison.Ordinal);
        }
        Assert.False(Path.Exists(At("out")));
    }

    [Fact]
    public async Task Damaged_layer_in_the_registry_is_an_integrity_failure_and_nothing_is_left()
    {
        var layer = LayersOf(await EncryptAsync("app:1"))[0]["sha256:".Length..];
        var path = Path.Combine(_registry.Storage, "docker", "registry", "v2", "blobs", "sha256", layer[..2], layer, "data");
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        (await CommandRun.RunAsync("decrypt", "--src-tls-verify=false", "-d", At("alice.pem"), Remote("app:1"), $"oci:{At("out")}:1")).ShouldEnd(4);
        Assert.False(Path.Exists(At("out")));
    }

    private async Task<CommandRun> EncryptAsync(string name)
    {
        var run = (await CommandRun.RunAsync("encrypt", "--json", "--dest-tls-verify=false", "-e", $"jwe:{At("alice.pub.pem")}", Image, Remote(name))).ShouldSucceed();
        // The digest stands in the second line of either form.
        return run with { Stdout = $"\n{DigestPattern().Match(run.Stdout)}\n{run.Stdout}" };
    }

    private Task<CommandRun> RewrapAsync(string name, params string[] more) => CommandRun.RunAsync(
        ["rewrap", "--tls-verify=false", .. more, "-d", At("alice.pem"), "--add", $"jwe:{At("bob.pub.pem")}", "--remove", "opened", Remote(name)]);

    private static List<string> LayersOf(CommandRun encrypted)
    {
        var json = encrypted.Stdout[encrypted.Stdout.IndexOf('{', StringComparison.Ordinal)..];
        using var document = System.Text.Json.JsonDocument.Parse(json);
        return [.. document.RootElement.GetProperty("layers").EnumerateArray().Select(l => l.GetProperty("digest").GetString()!)];
    }

    // The log comes through a pipe: whatever was asked before the mark is there once the mark is.
    private async Task<IReadOnlyList<string>> RequestsAsync()
    {
        var mark = $"mark{Guid.NewGuid():N}";
        using var client = _registry.CreateClient();
        using var response = await client.GetAsync(new Uri($"v2/{mark}/tags/list", UriKind.Relative), TestContext.Current.CancellationToken);
        for (var wait = 0; wait < 400; wait++)
        {
            var requests = _registry.Requests;
            if (requests.Any(r => r.Contains(mark, StringComparison.Ordinal))) return requests;
            await Task.Delay(25, TestContext.Current.CancellationToken);
        }
        Assert.Fail("the registry's log does not show a request");
        return [];
    }

    private async Task<HttpStatusCode> StatusAsync(string name, string digest)
    {
        using var client = _registry.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"v2/{name}/manifests/{digest}", UriKind.Relative));
        foreach (var type in (string[])["manifest", "index"]) request.Headers.Accept.ParseAdd($"application/vnd.oci.image.{type}.v1+json");
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static List<string> Digests(string text) => [.. DigestPattern().Matches(text).Select(m => m.Value).Distinct()];

    [GeneratedRegex("sha256:[0-9a-f]{64}")]
    private static partial Regex DigestPattern();
}
