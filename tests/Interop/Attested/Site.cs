using Coffer.Interop.Keys;
using Coffer.Support;

namespace Coffer.Interop.Attested;

/// <summary>A whole site: a broker that trusts one vendor's TPMs and has the ready policy, an owner who wraps, one approved node.</summary>
internal sealed class Site : IAsyncDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly CofferDaemon _owner;

    private Site(BrokerSite broker, TpmVendor vendor, AttestedNode node, CofferDaemon owner, Recipient ownerRecipient, TempDirectory folder) =>
        (Broker, Vendor, Node, _owner, Owner, _folder) = (broker, vendor, node, owner, ownerRecipient, folder);

    public BrokerSite Broker { get; }

    public TpmVendor Vendor { get; }

    public AttestedNode Node { get; }

    /// <summary>How whoever encrypts reaches the owner's key provider.</summary>
    public Recipient Owner { get; }

    public TempDirectory Folder => _folder;

    public static async Task<Site> StartAsync(params string[] brokerFlags)
    {
        _ = Peers.Require("swtpm");
        var folder = new TempDirectory();
        var vendor = new TpmVendor();
        var broker = await BrokerSite.StartAsync(brokerFlags);
        await broker.RunAsync("broker", "trust", "add", folder.Write("ek-roots.pem", vendor.BundlePem));
        await broker.PutExampleAsync("tpm-node");
        var node = await AttestedNode.ApprovedAsync(broker, vendor);
        var (owner, recipient) = await AttestedNode.OwnerAsync(broker, folder);
        return new Site(broker, vendor, node, owner, recipient, folder);
    }

    /// <summary>Puts a resource where the ready policy reaches it, and returns its path.</summary>
    public async Task<string> PutKeyAsync(string content = "thirty-two bytes of a layer key.")
    {
        const string Path = "default/image-kek/test";
        await Broker.RunAsync("broker", "resource", "put", Path, _folder.Write("resource", content));
        return Path;
    }

    /// <summary>That the node was refused by policy: it heard no more than the request's id, and under that id stands why.</summary>
    public async Task ShouldHaveDeniedAsync(ToolResult refused, string explanation)
    {
        refused.ShouldExit(5);
        Assert.Empty(refused.Output);
        var entry = await Broker.LastAsync("resource.release", "denied");
        Assert.Contains((string)entry["request_id"]!, refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(explanation, refused.Error, StringComparison.Ordinal);
        Assert.Contains(explanation, await Broker.RunAsync("broker", "audit", "explain", (string)entry["request_id"]!), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _owner.DisposeAsync();
        await Node.DisposeAsync();
        await Broker.DisposeAsync();
        Vendor.Dispose();
        _folder.Dispose();
    }
}
