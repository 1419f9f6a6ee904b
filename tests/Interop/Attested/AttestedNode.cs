using System.Text.Json.Nodes;
using Coffer.Interop.Keys;
using Coffer.Support;

namespace Coffer.Interop.Attested;

/// <summary>A node as an operator sets it up: a TPM (swtpm), enrolled at a broker, and a key provider that attests with it.</summary>
internal sealed class AttestedNode : IAsyncDisposable
{
    private readonly BrokerSite _site;
    private readonly string _state;
    private CofferDaemon? _daemon;

    private AttestedNode(BrokerSite site, SoftwareTpm tpm) => (_site, Tpm, _state) = (site, tpm, tpm.Folder.Combine("node"));

    public SoftwareTpm Tpm { get; }

    /// <summary>The node's state folder: everything on its disk that the TPM's own state is not.</summary>
    public string State => _state;

    /// <summary>The host's id at the broker.</summary>
    public string Host { get; private set; } = "";

    /// <summary>What its key provider has logged so far.</summary>
    public string Log => _daemon?.Log ?? "";

    /// <summary>The flags by which a verb finds the TPM and its keys.</summary>
    public string[] MachineFlags => ["--tpm", Tpm.Address, "--state", _state];

    /// <summary>A TPM of that vendor, not enrolled.</summary>
    public static async Task<AttestedNode> BareAsync(BrokerSite site, TpmVendor vendor) =>
        new(site, await SoftwareTpm.StartAsync(new SoftwareTpmOptions { Vendor = vendor }));

    /// <summary>A TPM whose vendor the broker trusts, enrolled and approved.</summary>
    public static async Task<AttestedNode> ApprovedAsync(BrokerSite site, TpmVendor vendor)
    {
        var node = await BareAsync(site, vendor);
        await node.EnrollAsync();
        await site.RunAsync("broker", "host", "approve", node.Host);
        return node;
    }

    /// <summary>Runs a verb on the node, without any token, and returns what it said.</summary>
    public Task<ToolResult> TryAsync(params IEnumerable<string> arguments) => Tool.RunAsync(CofferBinary.Require(), arguments, new ToolOptions
    {
        Environment = new Dictionary<string, string?> { ["COFFER_TOKEN"] = null, ["COFFER_BROKER"] = _site.Url, ["COFFER_BROKER_CA"] = _site.CaFile },
    });

    /// <summary>Tries to enrol.</summary>
    public Task<ToolResult> TryEnrollAsync(params string[] more) => TryAsync(["attest", "enroll", "--json", .. MachineFlags, .. more]);

    /// <summary>Enrols, which has to succeed.</summary>
    public async Task EnrollAsync(params string[] more) => Host = (string)JsonNode.Parse((await TryEnrollAsync(more)).ShouldSucceed().Output)!["host"]!;

    /// <summary>Tries to get a resource.</summary>
    public Task<ToolResult> TryGetAsync(string path) => TryAsync(["attest", "get", .. MachineFlags, path]);

    /// <summary>Starts its key provider and returns how runtimes find it.</summary>
    /// <param name="broker">What answers at the broker's address; null for the site's broker itself.</param>
    /// <param name="state">A state folder of another node; null for its own.</param>
    /// <param name="tokenFile">A token by which it wraps as well; null for none.</param>
    /// <param name="flags">Further flags.</param>
    public async Task<Recipient> ServeAsync(string? broker = null, string? state = null, string? tokenFile = null, string[]? flags = null)
    {
        var socket = Tpm.Folder.Combine("node.sock");
        _daemon = await CofferDaemon.StartAsync(
            BrokerSite.NoToken, ["keyprovider", "serve", "--socket", socket, "--broker", broker ?? _site.Url, "--broker-ca", _site.CaFile, "--attester", "tpm", "--tpm", Tpm.Address, "--state", state ?? _state, .. tokenFile is null ? (string[])[] : ["--token-file", tokenFile], .. flags ?? []]);
        return await RecipientAsync(Tpm.Folder, socket);
    }

    /// <summary>An owner's key provider, which wraps with a token, and how runtimes find it.</summary>
    public static async Task<(CofferDaemon Daemon, Recipient Recipient)> OwnerAsync(BrokerSite site, TempDirectory folder)
    {
        var socket = folder.Combine("owner.sock");
        var daemon = await CofferDaemon.StartAsync(
            BrokerSite.NoToken, "keyprovider", "serve", "--socket", socket, "--broker", site.Url, "--broker-ca", site.CaFile, "--token-file", await site.WrapTokenAsync());
        return (daemon, await RecipientAsync(folder, socket));
    }

    /// <summary>Ends its key provider, where it has one, as systemd would.</summary>
    public async Task StopAsync()
    {
        if (_daemon is not null) Assert.Equal(0, await _daemon.TerminateAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null) await _daemon.DisposeAsync();
        await Tpm.DisposeAsync();
    }

    private static async Task<Recipient> RecipientAsync(TempDirectory folder, string socket)
    {
        var config = folder.Write($"{Path.GetFileNameWithoutExtension(socket)}.json", (await CofferBinary.RunAsync("keyprovider", "config", "--socket", socket)).ShouldSucceed().Output);
        return new Recipient("broker", ["provider:coffer"], ["provider:coffer"], "provider.coffer")
        {
            Environment = new Dictionary<string, string?> { ["OCICRYPT_KEYPROVIDER_CONFIG"] = config },
        };
    }
}
