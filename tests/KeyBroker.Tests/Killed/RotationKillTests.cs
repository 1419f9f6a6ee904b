using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.KeyBroker.RootKeys.Rotation;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Tests.Running;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Killed;

/// <summary>
/// The root key changed by the command itself, killed and run again, under two brokers on one PostgreSQL database: one serves throughout and
/// is never started anew, the other is killed as well.
/// </summary>
public sealed class RotationKillTests : IAsyncDisposable
{
    private const int Keys = 220;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TempDirectory _folder = new();
    private string _store = "";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Old => _folder.Combine("old");

    private string New => _folder.Combine("new");

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_change_of_the_root_key_that_is_killed_goes_on_and_no_request_fails_meanwhile()
    {
        _ = CofferBinary.Require();
        var cluster = await PostgresCluster.SharedAsync();
        _store = cluster.Address(await cluster.CreateDatabaseAsync());
        File.SetUnixFileMode(_folder.Write("old", RandomNumberGenerator.GetBytes(32)), Private);
        var mortal = await StartAsync("one", "--root-key", Old);
        var token = mortal.AdminToken;
        using var authority = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(mortal.CaFile, Cancelled));
        using var client = RunningBroker.ClientOf(authority);
        using var steady = await StartAsync("two", "--root-key", Old);
        var serving = new Reached(steady.Address, client);
        await Task.WhenAll(Enumerable.Range(0, Keys).Select(i => WrapAsync(serving, token, i)));

        using var stop = new CancellationTokenSource();
        var asked = 0;
        var load = Task.Run(async () =>
        {
            for (; !stop.IsCancellationRequested; asked++) await WrapAsync(serving, token, asked * 7 % (Keys + 20));
        }, Cancelled);
        await using var store = await StoreOpening.OpenAsync(new BrokerSettings { Store = _store }, TimeProvider.System, Cancelled);
        long?[] moments = [null, 1, 60, 120, 190]; // begun, and after so many records
        var caught = 0;
        foreach (var moment in moments)
        {
            caught += await KilledRotationAsync(store, moment) ? 1 : 0;
            if (moment != 60) continue;
            await mortal.KillAsync();
            mortal.Dispose();
            mortal = await StartAsync("one", "--root-key", New, "--other-root-key", Old); // as an operator has it while the key changes
        }
        Assert.True(caught >= 3, $"{caught} kills in its midst");
        var last = await RotateAsync();
        // On a busy machine the last kill may come when it was done.
        if (!last.Error.Contains("is the store's root key already", StringComparison.Ordinal)) last.ShouldSucceed();
        await stop.CancelAsync();
        await load;

        Assert.True(asked > 20, $"{asked} requests");
        var other = new Reached(mortal.Address, client);
        for (var i = 0; i < Keys; i += 10)
        {
            await WrapAsync(serving, token, i);
            await WrapAsync(other, token, i);
        }
        (await other.SendAsync("GET", "audit/verify", token)).ShouldBe(200);
        mortal.Dispose();
        using var anew = await StartAsync("one", "--root-key", New);
        await WrapAsync(new Reached(anew.Address, client), token, 3);
        var refused = await CofferBinary.RunAsync("broker", "serve", "--data", _folder.Combine("three"), "--listen", "127.0.0.1:0", "--store", _store, "--root-key", Old);
        Assert.Equal(6, refused.ExitCode);
        Assert.Contains("--root-key", refused.Error, StringComparison.Ordinal);
    }

    private Task<BrokerProcess> StartAsync(string data, params string[] flags) => BrokerProcess.StartAsync(_folder.Combine(data), ["--store", _store, .. flags]);

    private string[] Rotation(string patience) => ["broker", "root-key", "rotate", "--data", _folder.Combine("one"), "--store", _store, "--root-key", Old, "--to", New, "--patience", patience];

    private Task<ToolResult> RotateAsync() => CofferBinary.RunAsync(Rotation("5"));

    // Killed when so many records were sealed anew, or at the latest when it is done; says whether it was still at it.
    private async Task<bool> KilledRotationAsync(IBrokerStore store, long? records)
    {
        using var process = Process.Start(new ProcessStartInfo(CofferBinary.Require(), Rotation(records is null ? "5" : "0")) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        while (!process.HasExited)
        {
            if (await store.ReadAsync(RotationProgress.FindAsync, Cancelled) is { } progress && progress.Records >= (records ?? 0)) process.Kill();
        }
        await process.WaitForExitAsync(Cancelled);
        return await store.ReadAsync(RotationProgress.FindAsync, Cancelled) is not null;
    }

    // What is wrapped under a key that was made before has that key opened; else it is made, and sealed.
    private static async Task WrapAsync(Reached broker, string token, int key) =>
        (await broker.SendAsync("POST", "wrap", token, $$"""{"keyid":"kbs:///default/image-kek/k{{key}}","options":"AAAA"}""")).ShouldBe(200);

    private sealed record Reached(string Address, HttpClient Client) : IReachableBroker
    {
        public Task<BrokerAnswer> SendAsync(string method, string path, string? token = null, string? body = null) => BrokerRequest.SendAsync(this, method, path, token, body);
    }
}
