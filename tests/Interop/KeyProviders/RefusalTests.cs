using Coffer.Interop.Peering;
using Coffer.Support;

namespace Coffer.Interop.KeyProviders;

/// <summary>What a runtime's user reads when the key provider says no: provider, key and reason, at the runtime's end.</summary>
public sealed class RefusalTests(Bench bench) : IDisposable
{
    private readonly TempDirectory _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData(Peer.Skopeo118, Transport.Socket)]
    [InlineData(Peer.Skopeo118, Transport.Command)]
    [InlineData(Peer.Buildah139, Transport.Socket)]
    public async Task Key_that_is_gone(string peer, Transport transport)
    {
        await using var node = await EncryptedAsync(":keyid=team-b");
        foreach (var file in Directory.GetFiles(node.Keys, "team-b*")) File.Delete(file);
        Assert.Equal(0, await node.Daemon!.TerminateAsync());
        await node.ServeAsync();

        var refused = await Peer.Get(peer, _work).DecryptAsync(Encrypted, Decrypted, await node.RecipientAsync(transport));

        ShouldSay(refused, "coffer-local:///team-b/1");
        Assert.False(Directory.Exists(_work.Combine("decrypted", "blobs")) && Directory.GetFiles(_work.Combine("decrypted"), "index.json").Length > 0);
    }

    [Theory]
    [InlineData(Transport.Socket)]
    [InlineData(Transport.Command)]
    public async Task Key_that_never_was(Transport transport)
    {
        await using var node = await Installation.StartAsync();

        var refused = await Peer.Get(Peer.Skopeo118, _work).EncryptAsync(
            bench.Originals.Location(LayerCompression.Gzip), LayerCompression.Gzip, Encrypted, await node.RecipientAsync(transport, ":keyid=team-z"));

        ShouldSay(refused, "team-z");
    }

    [Theory]
    [InlineData(":keyid=team-a::colour=red", "colour")]
    [InlineData(":keyid=team-a::sample=true", "--insecure-allow-sample-key")]
    [InlineData(":keyid=x::keypath=/etc/shadow", "keypath")]
    [InlineData(":asset-tag:country:DE", "asset")]
    public async Task Parameters_that_cannot_be_kept_never_make_an_unrestricted_key(string parameters, string says)
    {
        await using var node = await Installation.StartAsync();

        var refused = await Peer.Get(Peer.Skopeo118, _work).EncryptAsync(
            bench.Originals.Location(LayerCompression.Gzip), LayerCompression.Gzip, Encrypted, await node.RecipientAsync(Transport.Socket, parameters));

        ShouldSay(refused, says);
        Assert.False(File.Exists(_work.Combine("encrypted", "index.json")));
    }

    [Fact]
    public async Task Daemon_that_was_killed_and_starts_again()
    {
        await using var node = await EncryptedAsync("");
        var recipient = await node.RecipientAsync(Transport.Socket);
        await node.Daemon!.KillAsync();

        var refused = await Peer.Get(Peer.Skopeo118, _work).DecryptAsync(Encrypted, Decrypted, recipient);
        Assert.NotEqual(0, refused.ExitCode);
        await node.ServeAsync();

        (await Peer.Get(Peer.Skopeo118, _work).DecryptAsync(Encrypted, Decrypted, recipient)).ShouldSucceed();
    }

    private string Encrypted => $"oci:{_work.Combine("encrypted")}:1";

    private string Decrypted => $"oci:{_work.Combine("decrypted")}:1";

    private async Task<Installation> EncryptedAsync(string parameters)
    {
        var node = await Installation.StartAsync();
        (await Product.EncryptAsync(bench.Originals.Location(LayerCompression.Gzip), Encrypted, await node.RecipientAsync(Transport.Socket, parameters))).ShouldSucceed();
        return node;
    }

    private static void ShouldSay(ToolResult refused, string what)
    {
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains(what, refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Error, StringComparison.Ordinal);
    }
}
