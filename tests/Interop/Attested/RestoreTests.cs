using Coffer.Interop.Matrix;
using Coffer.Interop.Peering;
using Coffer.Support;

namespace Coffer.Interop.Attested;

/// <summary>A broker that is lost with its machine and restored from a backup, with an image and a node from before.</summary>
public sealed class RestoreTests(Bench bench) : IDisposable
{
    private readonly TempDirectory _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task A_broker_restored_elsewhere_opens_an_old_image_to_an_old_node()
    {
        await using var site = await Site.StartAsync();
        var encrypted = $"oci:{_work.Combine("encrypted")}:1";
        (await Product.EncryptAsync(bench.Originals.Location(LayerCompression.Gzip), encrypted, site.Owner)).ShouldSucceed();
        var head = await site.Broker.RunAsync("broker", "audit", "verify");
        var backup = _work.Combine("backup");
        (await CofferBinary.RunAsync("broker", "backup", backup, "--data", site.Broker.Data)).ShouldSucceed();
        var rootKey = _work.Write("root-key", await File.ReadAllBytesAsync(Path.Combine(site.Broker.Data, "root-key")));
        File.SetUnixFileMode(rootKey, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        await site.Broker.LoseAsync();
        (await CofferBinary.RunAsync("broker", "restore", backup, "--data", site.Broker.Data, "--root-key", rootKey)).ShouldSucceed();
        (await CofferBinary.RunAsync("broker", "token", "reset-admin", "--data", site.Broker.Data, "--root-key", rootKey)).ShouldSucceed();
        await site.Broker.ServeAgainAsync("--root-key", rootKey);

        (await Peer.Get(Peer.Skopeo118, _work).DecryptAsync(encrypted, $"oci:{_work.Combine("opened")}:1", await site.Node.ServeAsync())).ShouldSucceed();
        await site.Broker.RunAsync("broker", "audit", "verify", "--expect-head", head.Trim());
        Assert.Equal(site.Node.Host, (string?)(await site.Broker.LastAsync("resource.release", "allowed"))["actor"]);
        var full = await CofferBinary.RunAsync("broker", "restore", backup, "--data", site.Broker.Data, "--root-key", rootKey);
        Assert.NotEqual(0, full.ExitCode); // it serves
    }
}
