using Coffer.KeyBroker.Hosting;
using Coffer.KeyBroker.Tests.Running;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.RootKeys;

/// <summary>A broker's folders and a recovery key that openssl made, for tests of root keys that devices open.</summary>
internal sealed class SealedBroker : IDisposable
{
    private readonly TempDirectory _folder = new();

    public string Sealed => _folder.Combine("root-key.sealed");

    public string Data => _folder.Combine("data");

    public string RecoveryPublic => _folder.Combine("recovery.pub.pem");

    public string RecoveryPrivate => _folder.Combine("recovery.pem");

    public TempDirectory Folder => _folder;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<SealedBroker> MakeAsync(params string[] algorithm)
    {
        var made = new SealedBroker();
        await made.GenerateAsync("recovery", algorithm.Length > 0 ? algorithm : ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]);
        return made;
    }

    /// <summary>Makes NAME.pem and NAME.pub.pem.</summary>
    public async Task GenerateAsync(string name, params string[] algorithm)
    {
        var openssl = Peers.Require("openssl");
        (await Tool.RunAsync(openssl, ["genpkey", .. algorithm, "-out", _folder.Combine($"{name}.pem")])).ShouldSucceed();
        (await Tool.RunAsync(openssl, "pkey", "-in", _folder.Combine($"{name}.pem"), "-pubout", "-out", _folder.Combine($"{name}.pub.pem"))).ShouldSucceed();
    }

    public BrokerSettings Settings(string rootKey, bool withRecovery = false) => new()
    {
        DataFolder = Data, RootKeyFile = rootKey, RecoveryKeyFile = withRecovery ? RecoveryPublic : null, Listen = ["127.0.0.1:0"],
    };

    public Task<BrokerPlaces> InitAsync(string rootKey, bool withRecovery = true) => BrokerRun.InitAsync(Settings(rootKey, withRecovery), TimeProvider.System, _ => { }, Cancelled);

    public Task<string> RecoverAsync(string rootKey, string? from = null) => RootKeyRun.RecoverAsync(rootKey, RecoveryPrivate, null, null, from, TimeProvider.System, Cancelled);

    /// <summary>Serves from the folder for a moment and asks with the administrator's token.</summary>
    public async Task ShouldServeAsync(string rootKey)
    {
        await using var broker = await ServingBroker.StartAsync(Settings(rootKey));
        Assert.Equal(200, await broker.StatusAsync(Path.Combine(Data, "ca.pem"), await File.ReadAllTextAsync(Path.Combine(Data, "admin-token"), Cancelled)));
    }

    public async Task<BrokerException> ShouldNotServeAsync(string rootKey)
    {
        var refused = await Assert.ThrowsAsync<BrokerException>(() => ServingBroker.StartAsync(Settings(rootKey)));
        Assert.Equal((BrokerFault.Unavailable, Oci.ExitStatus.Unreachable), (refused.Fault, refused.ExitStatus));
        return refused;
    }

    public void Dispose() => _folder.Dispose();
}
