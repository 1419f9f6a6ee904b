using System.Text.Json.Nodes;
using Coffer.Interop.Images;
using Coffer.Interop.Keys;
using Coffer.Interop.Matrix;
using Coffer.Interop.Peering;
using Coffer.Support;

namespace Coffer.Interop.Attested;

/// <summary>A key's life over a rotation, with images in a registry that skopeo wrote and opens.</summary>
public sealed class RotationTests(Bench bench) : IDisposable
{
    private const string Kek = "default/image-kek/team";
    private const string Named = $"provider:coffer:keyid=kbs:///{Kek}";

    private readonly TempDirectory _work = new();
    private int _opened;

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task Images_open_in_the_grace_time_then_by_permission_and_move_to_the_new_version_without_their_layers()
    {
        await using var site = await Site.StartAsync();
        string[] images = [await EncryptAsync(site), await EncryptAsync(site)];
        var node = await site.Node.ServeAsync(tokenFile: await site.Broker.WrapTokenAsync());
        await ShouldOpenAsync(images[0], node);

        Assert.Contains("version 2 wraps", await site.Broker.RunAsync("broker", "key", "rotate", Kek, "--grace", "30d"), StringComparison.Ordinal);
        await ShouldOpenAsync(images[0], node);
        Assert.EndsWith("; version 1", (string)(await site.Broker.LastAsync("resource.release", "allowed"))["reason"]!, StringComparison.Ordinal);

        await site.Broker.RunAsync("broker", "key", "retire", Kek, "--version", "1");
        var denied = await OpenAsync(images[0], node);
        Assert.NotEqual(0, denied.ExitCode);
        var entry = await site.Broker.LastAsync("resource.release", "denied", namedIn: denied.Error);
        Assert.DoesNotContain("retired", denied.Error, StringComparison.Ordinal);
        Assert.Contains("version 1 retired at", await site.Broker.RunAsync("broker", "audit", "explain", (string)entry["request_id"]!), StringComparison.Ordinal);
        Assert.All(await RewrapAsync(images, node, exit: 1, "--dry-run"), line => Assert.Equal("failed", (string?)line["status"]));

        await site.Broker.RunAsync("broker", "key", "permit", Kek, "--version", "1", "--until", "1h");
        await ShouldOpenAsync(images[0], node);
        var before = (await bench.RegistryAsync()).Requests.Count;
        foreach (var line in await RewrapAsync(images, node, exit: 0, "--dry-run"))
        {
            Assert.Equal("would rewrap", (string?)line["status"]);
            Assert.All(line["layers"]!.AsArray(), l => Assert.Equal(($"kbs:///{Kek}?version=1", $"kbs:///{Kek}?version=2"), ((string?)l!["from"]![0], (string?)l["to"]![0])));
        }
        Assert.All(await RewrapAsync([images[0]], node, exit: 0), line => Assert.Equal("rewrapped", (string?)line["status"]));
        // Begun again with one that is not there: what is done stays, what is left is done, what fails is said.
        var missing = $"{images[0]}-none";
        var lines = (await RewrapAsync([.. images, missing], node, exit: 1)).ToDictionary(l => (string)l["image"]!, l => (string?)l["status"]);
        Assert.Equal(("unchanged", "rewrapped", "failed"), (lines[images[0]], lines[images[1]], lines[missing]));
        Assert.DoesNotContain((await bench.RegistryAsync()).Requests.Skip(before), r => images.Any(i => MovesBlob(r, i)));

        await site.Broker.RunAsync("broker", "key", "permit", Kek, "--version", "1", "--until", "none");
        foreach (var image in images) await ShouldOpenAsync(image, node);
        Assert.EndsWith("; version 2", (string)(await site.Broker.LastAsync("resource.release", "allowed"))["reason"]!, StringComparison.Ordinal);
        await site.Broker.RunAsync("broker", "audit", "verify");
    }

    [Fact]
    public async Task Encrypting_makes_no_key_that_no_layer_needs()
    {
        await using var site = await Site.StartAsync();
        (await Product.EncryptAsync(bench.Originals.Location(LayerCompression.Gzip), $"oci:{_work.Combine("encrypted")}:1", site.Owner)).ShouldSucceed();

        Assert.Equal(LayoutReader.Layers(_work.Combine("encrypted")).Count, (await site.Broker.ListAsync("broker", "resource", "list", "--prefix", "default/image-kek/")).Count);
        Assert.StartsWith("tried", (string)(await site.Broker.LastAsync("key.try", "allowed"))["reason"]!, StringComparison.Ordinal);
    }

    private async Task<string> EncryptAsync(Site site)
    {
        var image = await EncryptedImage.AtAsync(Place.Registry, _work, bench);
        (await Peer.Get(Peer.Skopeo118, _work).EncryptAsync(bench.Originals.Location(LayerCompression.Gzip), LayerCompression.Gzip, image.Location, site.Owner with { Encrypt = [Named] })).ShouldSucceed();
        return image.Location;
    }

    private Task<ToolResult> OpenAsync(string image, Recipient node) => Peer.Get(Peer.Skopeo118, _work).DecryptAsync(image, $"oci:{_work.Combine($"opened{++_opened}")}:1", node);

    private async Task ShouldOpenAsync(string image, Recipient node)
    {
        (await OpenAsync(image, node)).ShouldSucceed();
        Assert.Equal(LayoutReader.Layers(bench.Originals.Folder(LayerCompression.Gzip)).Select(l => l.Digest), LayoutReader.Layers(_work.Combine($"opened{_opened}")).Select(l => l.Digest));
    }

    private async Task<List<JsonObject>> RewrapAsync(string[] images, Recipient node, int exit, params string[] more)
    {
        var list = _work.Write("images.txt", $"# the images of a team\n{string.Join('\n', images)}\n");
        var result = await Product.RunAsync(node, ["rewrap", "--images", list, "--json", "--tls-verify=false", "-d", "provider:coffer", "--add", Named, "--remove", "opened", .. more]);
        result.ShouldExit(exit);
        return [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!.AsObject())];
    }

    // Blobs that are there already are at most asked for (HEAD).
    private static bool MovesBlob(string request, string image) => request.Contains(image["docker://".Length..image.LastIndexOf(':')].Split('/', 2)[1], StringComparison.Ordinal)
        && (request.StartsWith("POST ", StringComparison.Ordinal) || request.StartsWith("PATCH ", StringComparison.Ordinal)
            || request.StartsWith("GET ", StringComparison.Ordinal) && request.Contains("/blobs/", StringComparison.Ordinal));
}
