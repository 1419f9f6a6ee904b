using Coffer.Oci;
using Coffer.Registry.Remote;
using Coffer.Support;
using Microsoft.AspNetCore.Http;

namespace Coffer.Registry.Tests.Faults;

public sealed class RepositoryTests : FaultyRegistryTest
{
    private static bool IsTags(HttpContext context) => context.Request.Path.Value!.EndsWith("/tags/list", StringComparison.Ordinal);

    private Task<IReadOnlyList<string>> TagsAsync() => RemoteImage.ListTagsAsync(Reference, Options, Cancel);

    [Fact]
    public async Task Tags_are_listed_over_all_pages()
    {
        Registry.Fault = Always(IsTags, c =>
        {
            var last = c.Request.Query["last"].ToString();
            if (last != "d") c.Response.Headers.Link = $"<{(last.Length == 0 ? "/v2/team/app/tags/list?last=b&n=2" : $"http://{Registry.Host}/v2/team/app/tags/list?last=d&n=2")}>; rel=\"next\"";
            return c.Response.WriteAsync(last switch { "" => """{"name":"team/app","tags":["a","b"]}""", "b" => """{"tags":["c","d"]}""", _ => """{"tags":null}""" });
        });
        Assert.Equal(["a", "b", "c", "d"], await TagsAsync());
    }

    [Theory]
    [InlineData("</v2/team/app/tags/list>; rel=\"next\"", ExitStatus.Failed, "without end")]
    [InlineData("<http://elsewhere.example/v2/team/app/tags/list?last=a>; rel=\"next\"", ExitStatus.Denied, "another host")]
    public async Task Pages_that_go_round_or_away_are_not_followed(string link, ExitStatus exit, string says)
    {
        Registry.Fault = Always(IsTags, c =>
        {
            c.Response.Headers.Link = link;
            return c.Response.WriteAsync("""{"tags":["a"]}""");
        });
        var error = await FailsAsync(TagsAsync);
        Assert.Equal(exit, error.ExitStatus);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Single(Registry.Seen, r => r.Path.Contains("tags", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pages_that_are_ever_new_end_at_a_bound()
    {
        var page = 0;
        Registry.Fault = Always(IsTags, c =>
        {
            c.Response.Headers.Link = $"</v2/team/app/tags/list?last={++page}>; rel=\"next\"";
            return c.Response.WriteAsync("""{"tags":["a"]}""");
        });
        await FailsAsync(TagsAsync);
        Assert.Equal(1000, page);
    }

    [Fact]
    public async Task A_signature_tag_beside_the_image_is_noticed()
    {
        var manifest = Registry.AddManifest("1", SmallManifest());
        await using var source = await SourceAsync();
        Assert.False(await source.HasSignaturesAsync(Cancel));
        Registry.AddManifest($"sha256-{manifest.Digest.Hex}.sig", SmallManifest("signature"));
        Assert.True(await source.HasSignaturesAsync(Cancel));
    }

    [Theory]
    [InlineData("""{"signatures":[{"schemaVersion":2}]}""", true)]
    [InlineData("""{"signatures":[]}""", false)]
    public async Task The_signature_API_is_asked_where_the_registry_announces_it(string answer, bool signed)
    {
        Registry.AddManifest("1", SmallManifest());
        Registry.Fault = async c =>
        {
            if (c.Request.Path == "/v2/") c.Response.Headers["X-Registry-Supports-Signatures"] = "1";
            if (!c.Request.Path.StartsWithSegments("/extensions", StringComparison.Ordinal)) return false;
            await c.Response.WriteAsync(answer);
            return true;
        };
        await using var source = await SourceAsync();
        Assert.Equal(signed, await source.HasSignaturesAsync(Cancel));
    }

    [Fact]
    public async Task A_replaced_manifest_still_resolves_until_it_is_deleted()
    {
        var old = Registry.AddManifest("1", SmallManifest("old"));
        var now = Registry.AddManifest("1", SmallManifest("new"));
        await using var source = await SourceAsync();
        var editable = (IEditableImage)source;
        Assert.Equal([old.Digest], await editable.RetireAsync(old, now, false, Cancel));
        Assert.Empty(await editable.RetireAsync(old, now, true, Cancel));
        Assert.False(Registry.Manifests.ContainsKey(old.Digest.ToString()));
        Assert.True(Registry.Manifests.ContainsKey(now.Digest.ToString()));
    }

    [Fact]
    public async Task What_the_new_index_still_lists_is_not_deleted()
    {
        var (kept, gone, fresh) = (SmallManifest("kept"), SmallManifest("gone"), SmallManifest("fresh"));
        foreach (var manifest in new[] { kept, gone, fresh }) Registry.AddManifest(manifest.Digest.ToString(), manifest);
        var old = Registry.AddManifest("1", ImageIndex.Create([kept.Descriptor, gone.Descriptor]).Content);
        var now = Registry.AddManifest("1", ImageIndex.Create([kept.Descriptor, fresh.Descriptor]).Content);
        await using var source = await SourceAsync();
        Assert.Equal(new[] { old.Digest, gone.Digest }.ToHashSet(), (await ((IEditableImage)source).RetireAsync(old, now, false, Cancel)).ToHashSet());
        Assert.Empty(await ((IEditableImage)source).RetireAsync(old, now, true, Cancel));
        Assert.True(Registry.Manifests.ContainsKey(kept.Digest.ToString()));
        Assert.False(Registry.Manifests.ContainsKey(gone.Digest.ToString()));
    }

    [Fact]
    public async Task A_refused_deletion_is_an_error_that_names_what_still_opens()
    {
        var old = Registry.AddManifest("1", SmallManifest("old"));
        var now = Registry.AddManifest("1", SmallManifest("new"));
        Registry.Fault = Always(c => c.Request.Method == "DELETE", c => FaultyRegistry.Refuse(c, 405, "UNSUPPORTED", "deletion is disabled"));
        await using var source = await SourceAsync();
        var error = await FailsAsync(async () => await ((IEditableImage)source).RetireAsync(old, now, true, Cancel));
        Assert.Contains(old.Digest.ToString(), Assert.Single(error.Details), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mirror_is_read_first_and_the_registry_serves_what_the_mirror_lacks()
    {
        await using var mirror = await FaultyRegistry.StartAsync();
        using var temp = new TempDirectory();
        var options = Options with
        {
            TlsVerify = null,
            Credentials = new RegistryCredentials("user", "for the registry alone"),
            RegistriesConf = temp.Write("r.conf", $"[[registry]]\nlocation=\"{Registry.Host}\"\ninsecure=true\n[[registry.mirror]]\nlocation=\"{mirror.Host}/cache\"\ninsecure=true\n"),
        };
        mirror.Fault = c =>
        {
            if (c.Request.Headers.Authorization.Count > 0) return Task.FromResult(false);
            c.Response.Headers.WWWAuthenticate = "Basic realm=\"x\"";
            return Task.FromResult(false);
        };
        var manifest = Registry.AddManifest("1", SmallManifest());
        Assert.Equal(manifest.Digest, (await ReadRootAsync(options)).Digest);
        Assert.Equal("GET /v2/cache/team/app/manifests/1", mirror.Seen[^1].ToString());
        Assert.All(mirror.Seen, r => Assert.Equal("", r.Authorization));
        var before = Registry.Seen.Count;
        var other = mirror.AddManifest("1", SmallManifest("mirrored"));
        Assert.Equal(other.Digest, (await ReadRootAsync(options)).Digest);
        Assert.Equal(before, Registry.Seen.Count);
    }

    [Fact]
    public async Task When_no_place_has_it_the_error_lists_each()
    {
        await using var mirror = await FaultyRegistry.StartAsync();
        using var temp = new TempDirectory();
        var conf = temp.Write("r.conf", $"[[registry]]\nlocation=\"{Registry.Host}\"\n[[registry.mirror]]\nlocation=\"{mirror.Host}\"\n");
        var error = await FailsAsync(() => ReadRootAsync(Options with { RegistriesConf = conf }));
        Assert.Equal(2, error.Details.Count);
        Assert.StartsWith(mirror.Host, error.Details[0], StringComparison.Ordinal);
        Assert.StartsWith(Registry.Host, error.Details[1], StringComparison.Ordinal);
    }
}
