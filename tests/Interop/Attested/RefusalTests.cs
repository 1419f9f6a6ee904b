using System.Text.Json.Nodes;
using Coffer.Interop.Peering;
using Coffer.Support;

namespace Coffer.Interop.Attested;

/// <summary>Everything that must stay closed, and does, with the right reason where an operator looks for it.</summary>
public sealed class RefusalTests(Bench bench) : IDisposable
{
    private const string AnotherPolicy = """{"name":"tpm-node","resources":["default/image-kek/*"],"effect":"allow","when":{"host":{"labels":{"room":"never-given"}}}}""";

    private readonly TempDirectory _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task Register_extended_after_the_approval()
    {
        await using var site = await Site.StartAsync();
        var path = await site.PutKeyAsync();
        await site.Node.Tpm.ExtendAsync(9);

        await site.ShouldHaveDeniedAsync(await site.Node.TryGetAsync(path), "sha256");
    }

    [Fact]
    public async Task Register_extended_while_the_key_provider_has_a_token()
    {
        await using var site = await Site.StartAsync();
        (await Product.EncryptAsync(bench.Originals.Location(LayerCompression.Gzip), Encrypted, site.Owner)).ShouldSucceed();
        var node = await site.Node.ServeAsync();
        (await Product.DecryptAsync(Encrypted, Opened(1), node)).ShouldSucceed();

        await site.Node.Tpm.ExtendAsync(4);
        var refused = await Peer.Get(Peer.Skopeo118, _work).DecryptAsync(Encrypted, Opened(2), node);

        Assert.NotEqual(0, refused.ExitCode);
        var entries = await site.Broker.ListAsync("broker", "audit", "list");
        var entry = Assert.Single(entries, e => (string?)e!["outcome"] == "denied" && refused.Error.Contains((string)e["request_id"]!, StringComparison.Ordinal))!;
        Assert.Contains("denie", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("baseline", refused.Error, StringComparison.Ordinal);
        var explained = await site.Broker.RunAsync("broker", "audit", "explain", (string)entry["request_id"]!);
        Assert.Contains("baseline", explained, StringComparison.Ordinal);
        Assert.False(File.Exists(_work.Combine("opened2", "index.json")));
    }

    [Fact]
    public async Task Token_replayed_by_curl_gives_what_only_the_unchanged_TPM_opens()
    {
        await using var site = await Site.StartAsync();
        var path = await site.PutKeyAsync();
        var token = (await site.Node.TryAsync(["attest", "token", .. site.Node.MachineFlags])).ShouldSucceed().Output.Trim();

        var replayed = await CurlAsync(site, token, path);

        var sealedKey = SealedKey.Parse(replayed.ShouldSucceed().Output);
        await sealedKey.ShouldOpenWithNothingOnDiskAsync(site.Node.State, _work);
        Assert.Equal("thirty-two bytes of a layer key.", await sealedKey.OpenByToolsAsync(site.Node.Tpm, site.Node.State));
        await using (var other = await AttestedNode.BareAsync(site.Broker, site.Vendor)) await SealedKey.ShouldNotLoadAsync(other.Tpm, site.Node.State);

        await site.Node.Tpm.ExtendAsync(4);
        await sealedKey.ShouldNotOpenByToolsAsync(site.Node.Tpm, site.Node.State);
    }

    [Fact]
    public async Task Files_of_the_node_beside_another_TPM()
    {
        await using var site = await Site.StartAsync();
        var path = await site.PutKeyAsync();
        (await site.Node.TryGetAsync(path)).ShouldSucceed();
        await using var thief = await AttestedNode.BareAsync(site.Broker, site.Vendor);

        var refused = await thief.TryAsync("attest", "get", "--tpm", thief.Tpm.Address, "--state", site.Node.State, path);

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Empty(refused.Output);
        Assert.Contains("TPM_RC_INTEGRITY", refused.Error, StringComparison.Ordinal);

        (await Product.EncryptAsync(bench.Originals.Location(LayerCompression.Gzip), Encrypted, site.Owner)).ShouldSucceed();
        var runtime = await Peer.Get(Peer.Skopeo118, _work).DecryptAsync(Encrypted, Opened(1), await thief.ServeAsync(state: site.Node.State));
        Assert.NotEqual(0, runtime.ExitCode);
        Assert.Contains("TPM_RC_INTEGRITY", runtime.Error, StringComparison.Ordinal);
        Assert.Contains("TPM_RC_INTEGRITY", thief.Log, StringComparison.Ordinal);
        Assert.False(File.Exists(_work.Combine("opened1", "index.json")));
    }

    [Fact]
    public async Task Attestation_key_that_was_not_enrolled()
    {
        await using var site = await Site.StartAsync();
        var path = await site.PutKeyAsync();
        await using var stranger = await AttestedNode.BareAsync(site.Broker, site.Vendor);

        var refused = await stranger.TryGetAsync(path);

        refused.ShouldExit(5);
        Assert.Contains("not enrolled", await LastReasonAsync(site, "denied"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endorsement_key_of_an_unknown_vendor()
    {
        await using var site = await Site.StartAsync();
        using var unknown = new TpmVendor("Unknown");
        await using var stranger = await AttestedNode.BareAsync(site.Broker, unknown);

        var refused = await stranger.TryEnrollAsync();

        refused.ShouldExit(5);
        Assert.Contains("is not vouched for", await LastReasonAsync(site, "denied"), StringComparison.Ordinal);
        Assert.Single(await site.Broker.ListAsync("broker", "host", "list"));
    }

    [Fact]
    public async Task Host_that_waits_for_approval()
    {
        await using var site = await Site.StartAsync();
        var path = await site.PutKeyAsync();
        await using var pending = await AttestedNode.BareAsync(site.Broker, site.Vendor);
        await pending.EnrollAsync();

        (await pending.TryGetAsync(path)).ShouldExit(5);

        Assert.Contains("waits for approval", await LastReasonAsync(site, "denied"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_revoked_with_a_live_token_and_enrolling_again()
    {
        await using var site = await Site.StartAsync();
        var path = await site.PutKeyAsync();
        var token = (await site.Node.TryAsync(["attest", "token", .. site.Node.MachineFlags])).ShouldSucceed().Output.Trim();

        await site.Broker.RunAsync("broker", "host", "revoke", site.Node.Host);

        Assert.Equal("403", (await CurlStatusAsync(site, token, path)).Output);
        Assert.Contains("revoked", await LastReasonAsync(site, "denied"), StringComparison.Ordinal);
        (await site.Node.TryEnrollAsync()).ShouldExit(5);
        Assert.Contains("which is revoked", await LastReasonAsync(site, "denied"), StringComparison.Ordinal);
        (await site.Node.TryGetAsync(path)).ShouldExit(5);
        Assert.Contains($"host {site.Node.Host} is revoked", await LastReasonAsync(site, "denied"), StringComparison.Ordinal);

        await site.Broker.RunAsync("broker", "host", "reinstate", site.Node.Host);
        (await site.Node.TryGetAsync(path)).ShouldExit(5);
        Assert.Contains("waits for approval", await LastReasonAsync(site, "denied"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policy_changed_with_a_live_token()
    {
        await using var site = await Site.StartAsync();
        var path = await site.PutKeyAsync();
        var token = (await site.Node.TryAsync(["attest", "token", .. site.Node.MachineFlags])).ShouldSucceed().Output.Trim();
        Assert.Equal("200", (await CurlStatusAsync(site, token, path)).Output);

        await site.Broker.PutPolicyAsync(AnotherPolicy);

        Assert.Equal("403", (await CurlStatusAsync(site, token, path)).Output);
        Assert.Contains("room", await LastReasonAsync(site, "denied"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resource_deleted_is_not_found_only_where_policy_allows_the_path()
    {
        await using var site = await Site.StartAsync();
        var path = await site.PutKeyAsync();
        var token = (await site.Node.TryAsync(["attest", "token", .. site.Node.MachineFlags])).ShouldSucceed().Output.Trim();
        await site.Broker.RunAsync("broker", "resource", "delete", path);

        Assert.Equal("404", (await CurlStatusAsync(site, token, path)).Output);
        Assert.StartsWith("there is no such resource any more: it was deleted at ", await LastReasonAsync(site, "failed"), StringComparison.Ordinal);
        Assert.Equal("403", (await CurlStatusAsync(site, token, "other/secret/1")).Output);
        Assert.Contains("no policy allows", await LastReasonAsync(site, "denied"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Packet_that_points_at_another_broker_is_refused_before_anything_is_asked()
    {
        await using var site = await Site.StartAsync();
        var node = await site.Node.ServeAsync();
        (await Product.EncryptAsync(bench.Originals.Location(LayerCompression.Gzip), Encrypted, site.Owner)).ShouldSucceed();
        ForeignPackets.Rename(_work.Combine("encrypted"), "kbs:///", "kbs://broker.invalid:8443/");

        var refused = await Product.DecryptAsync(Encrypted, Opened(1), node);

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("not the one configured here", refused.Error, StringComparison.Ordinal);
        Assert.Contains("kbs://broker.invalid:8443", site.Node.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broker_with_another_TLS_key()
    {
        await using var site = await Site.StartAsync();
        await using var impostor = await BrokerSite.StartAsync();
        var path = await site.PutKeyAsync();

        var refused = await CofferBinary.RunAsync(
            new ToolOptions { Environment = BrokerSite.NoToken },
            ["attest", "get", "--broker", impostor.Url, "--broker-ca", site.Broker.CaFile, .. site.Node.MachineFlags, path]);

        refused.ShouldExit(4);
        Assert.Contains("certificate", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_provider_between_which_and_the_broker_somebody_stands_with_another_TLS_key()
    {
        await using var site = await Site.StartAsync();
        await using var impostor = await BrokerSite.StartAsync();
        (await Product.EncryptAsync(bench.Originals.Location(LayerCompression.Gzip), Encrypted, site.Owner)).ShouldSucceed();
        var node = await site.Node.ServeAsync(impostor.Url);

        var refused = await Peer.Get(Peer.Skopeo118, _work).DecryptAsync(Encrypted, Opened(1), node);

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("shows no certificate that is trusted here", refused.Error, StringComparison.Ordinal);
        Assert.Contains("shows no certificate that is trusted here", site.Node.Log, StringComparison.Ordinal);
        Assert.False(File.Exists(_work.Combine("opened1", "index.json")));
        Assert.DoesNotContain(await impostor.ListAsync("broker", "audit", "list"), e => (string?)e!["action"] is "attest" or "resource.release");
    }

    [Fact]
    public async Task Token_that_may_wrap_reads_nothing_and_changes_nothing()
    {
        await using var site = await Site.StartAsync();
        var path = await site.PutKeyAsync();
        var token = File.ReadAllText(await site.Broker.WrapTokenAsync()).Trim();

        foreach (var verb in (string[][])[["policy", "delete", "tpm-node"], ["resource", "list"], ["host", "list"], ["token", "list"], ["resource", "put", "default/app/x", "/dev/null"], ["audit", "list"]])
        {
            var refused = await CofferBinary.RunAsync(
                new ToolOptions { Environment = new Dictionary<string, string?> { ["COFFER_BROKER"] = site.Broker.Url, ["COFFER_BROKER_CA"] = site.Broker.CaFile, ["COFFER_TOKEN"] = token } },
                ["broker", .. verb]);
            refused.ShouldExit(5);
        }
        Assert.NotEqual("200", (await CurlStatusAsync(site, token, path)).Output);
    }

    private string Encrypted => $"oci:{_work.Combine("encrypted")}:1";

    private string Opened(int number) => $"oci:{_work.Combine($"opened{number}")}:1";

    private static async Task<string> LastReasonAsync(Site site, string outcome)
    {
        var entries = await site.Broker.ListAsync("broker", "audit", "list");
        return (string)entries.Where(e => (string?)e!["outcome"] == outcome).MaxBy(e => (long)e!["seq"]!)!["reason"]!;
    }

    private static Task<ToolResult> CurlAsync(Site site, string token, string path, params string[] more) => Tool.RunAsync(
        Peers.Require("curl"), ["-sS", "--cacert", site.Broker.CaFile, "-H", $"Authorization: Bearer {token}", .. more, $"{site.Broker.Url}/kbs/v0/resource/{path}"]);

    private static Task<ToolResult> CurlStatusAsync(Site site, string token, string path) => CurlAsync(site, token, path, "-o", "/dev/null", "-w", "%{http_code}");
}
