using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Tests.Machines;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Killed;

/// <summary>
/// Whenever the broker is killed, what it acknowledged to anybody stands when it is started again, nothing stands by halves, and the
/// audit holds, also against heads that were given out before. The disk outlives these kills: they are the process's, not the machine's.
/// </summary>
public sealed class KillTests
{
    private const int Seed = 20261125, FewKills = 7, KillsOfOneFolder = 25;
    private const string Path = "default/image-kek/released";
    private const string Policy = """{"name":"approved","resources":["default/**"],"effect":"allow","when":{"host":{"state":"approved"}}}""";

    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    private static int Kills => !Fuzzing.IsSoak ? FewKills
        : int.TryParse(Environment.GetEnvironmentVariable("COFFER_SOAK_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : 1000;

    [Fact]
    public async Task A_broker_killed_at_any_moment_keeps_what_it_acknowledged()
    {
        _ = CofferBinary.Require();
        var seed = Fuzzing.IsSoak ? Environment.TickCount : Seed;
        var ledger = new Ledger();
        var kills = 0;
        try
        {
            while (kills < Kills)
            {
                var some = Math.Min(KillsOfOneFolder, Kills - kills);
                await LivesAsync(some, ledger, new Random(seed + kills));
                kills += some;
            }
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"seed {seed}, after {kills} kills: {e.Message}", e);
        }
        Assert.All((string[])["wraps", "enrolments", "releases"], what => Assert.NotEqual(0, ledger.CountOf(what)));
        var figures = $"broker {kills} kills seed {seed}: {ledger.Figures}";
        TestContext.Current.TestOutputHelper?.WriteLine(figures);
        if (Fuzzing.IsSoak) Fuzzing.Note(figures);
    }

    private static async Task LivesAsync(int kills, Ledger ledger, Random random)
    {
        await using var broker = new KilledBroker();
        using var vendor = new TestAuthority();
        // Also while it makes its data.
        await DieStartingAsync(broker, ledger, random);
        await broker.StartAsync();
        using var reader = await SetUpAsync(broker, vendor);
        var audit = new AuditLoad(broker, ledger);
        Random Own() => new(random.Next());
        ILoad[] loads =
        [
            new OwnerLoad(broker, ledger, reader, Own()), new OwnerLoad(broker, ledger, reader, Own()), new AdminLoad(broker, ledger, reader, Own()),
            new NodeLoad(broker, ledger, vendor, Path, Key, Own()), new NodeLoad(broker, ledger, vendor, Path, Key, Own()), new HostLoad(broker, ledger, vendor, Own()), audit,
        ];
        try
        {
            for (var kill = 1; kill <= kills; kill++)
            {
                await LoadAndKillAsync(broker, ledger, loads, random);
                if (random.Next(4) == 0) await DieStartingAsync(broker, ledger, random);
                await broker.StartAsync();
                await CheckAsync(broker, ledger, reader, loads, all: kill == kills);
            }
            var verified = await broker.RunAsync("broker", "audit", "verify", "--expect-head", audit.Head!);
            verified.ShouldSucceed();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{e.Message}\nthe broker's log: {broker.Log}", e);
        }
        finally
        {
            foreach (var load in loads) load.Dispose();
        }
    }

    private static Task DieStartingAsync(KilledBroker broker, Ledger ledger, Random random)
    {
        ledger.Count("kills while starting");
        return broker.DieStartingAsync(broker.Startup * (1.2 * random.NextDouble()));
    }

    private static async Task<KeyReader> SetUpAsync(KilledBroker broker, TestAuthority vendor)
    {
        (await broker.AdminAsync("POST", "trust", vendor.BundlePem)).ShouldBe(200);
        var put = await broker.AdminAsync("PUT", "policies/approved", Policy);
        Assert.InRange(put.Status, 200, 201);
        var reader = new KeyReader(broker, vendor);
        await reader.JoinAsync();
        (await reader.Machine.SendAsync("POST", $"/kbs/v0/resource/{Path}", body: Key, token: broker.AdminToken)).ShouldBe(200);
        return reader;
    }

    // Half of the kills follow at once upon an answer, the others come whenever they come.
    private static async Task LoadAndKillAsync(KilledBroker broker, Ledger ledger, ILoad[] loads, Random random)
    {
        var isKilled = new StrongBox();
        var moment = random.Next(2) == 0 ? ledger.ReachAsync(random.Next(1, 250)) : Task.Delay(random.Next(0, 800), TestContext.Current.CancellationToken);
        var working = loads.Select(l => Task.Run(() => WorkAsync(l, isKilled))).ToList();
        await Task.WhenAny(moment, Task.WhenAny(working)); // none ends by itself but by a fault
        isKilled.Value = true;
        await broker.KillAsync();
        await Task.WhenAll(working);
    }

    private static async Task WorkAsync(ILoad load, StrongBox isKilled)
    {
        try
        {
            while (!isKilled.Value) await load.StepAsync();
        }
        catch (Exception e) when (isKilled.Value && e is HttpRequestException or IOException)
        {
            // What was under way has no answer.
        }
    }

    private static async Task CheckAsync(KilledBroker broker, Ledger ledger, KeyReader reader, ILoad[] loads, bool all)
    {
        var integrity = await Peers.RunAsync("sqlite3", System.IO.Path.Combine(broker.Data, "broker.db"), "PRAGMA integrity_check;");
        Assert.Equal("ok", integrity.ShouldSucceed().Output.Trim());
        await reader.AttestAsync();
        foreach (var load in loads) await load.CheckAsync(all);
        await using var data = await broker.LookAsync();
        await ledger.CheckAsync(data.Parts);
        await StoreWalk.CheckAsync(data.Parts);
    }

    private sealed class StrongBox
    {
        private volatile bool _value;

        public bool Value { get => _value; set => _value = value; }
    }
}
