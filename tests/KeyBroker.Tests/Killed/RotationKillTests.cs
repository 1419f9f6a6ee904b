using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.KeyBroker.Tests.Running;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Killed;

/// <summary>
/// The root key changed by the command itself, killed and run again, under two brokers on one PostgreSQL database: one serves throughout and
/// is never started anew, the other is killed as well.
/// </summary>
public sealed class RotationKillTests : IAsyncDisposable
{
    private const int Seed = 20261126, Keys = 220, Kills = 6;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TempDirectory _folder = new();
    private readonly Random _random = new(Seed);
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
        for (var kill = 0; kill < Kills; kill++)
        {
            await KilledRotationAsync();
            if (kill != 2) continue;
            await mortal.KillAsync();
            mortal.Dispose();
            mortal = await StartAsync("one", "--root-key", New, "--other-root-key", Old); // as an operator has it while the key changes
        }
        var last = await RotateAsync();
        Assert.True(last.ExitCode == 0 || last.Error.Contains("is the store's root key already", StringComparison.Ordinal), last.Error); // a run may have been through before it was killed
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

    private string[] Rotation => ["broker", "root-key", "rotate", "--data", _folder.Combine("one"), "--store", _store, "--root-key", Old, "--to", New, "--patience", "5"];

    private Task<ToolResult> RotateAsync() => CofferBinary.RunAsync(Rotation);

    private async Task KilledRotationAsync()
    {
        using var process = Process.Start(new ProcessStartInfo(CofferBinary.Require(), Rotation) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var deadline = Task.Delay(_random.Next(150, 900), Cancelled);
        await Task.WhenAny(process.WaitForExitAsync(Cancelled), deadline);
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync(Cancelled);
    }

    // What is wrapped under a key that was made before has that key opened; else it is made, and sealed.
    private static async Task WrapAsync(Reached broker, string token, int key) =>
        (await broker.SendAsync("POST", "wrap", token, $$"""{"keyid":"kbs:///default/image-kek/k{{key}}","options":"AAAA"}""")).ShouldBe(200);

    private sealed record Reached(string Address, HttpClient Client) : IReachableBroker
    {
        public Task<BrokerAnswer> SendAsync(string method, string path, string? token = null, string? body = null) => BrokerRequest.SendAsync(this, method, path, token, body);
    }
}
