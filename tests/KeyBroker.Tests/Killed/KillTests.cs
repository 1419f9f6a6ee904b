using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Tests.Machines;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Killed;

/// <summary>
/// Whenever the broker is killed, what it acknowledged to anybody stands when it is started again, nothing stands by halves, and the
/// audit holds, also against heads that were given out before. The disk outlives these kills: they are the process's, not the machine's.
/// With three replicas on one PostgreSQL one after the other is killed while clients go on asking the others; between, the server is
/// killed in mid-load, or a replica stands still.
/// </summary>
public sealed class KillTests
{
    private const int Seed = 20261125, FewKills = 7, FewKillsOfReplicas = 3, KillsOfOneFolder = 25;

    private static int KillsOf(int few) => !Fuzzing.IsSoak ? few
        : int.TryParse(Environment.GetEnvironmentVariable("COFFER_SOAK_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : 1000;

    [Fact]
    public Task A_broker_killed_at_any_moment_keeps_what_it_acknowledged() => KillAsync("broker", isShared: false);

    [Fact]
    public Task Three_replicas_killed_one_after_the_other_keep_what_any_of_them_acknowledged() => KillAsync("replicas", isShared: true);

    private static async Task KillAsync(string name, bool isShared)
    {
        _ = CofferBinary.Require();
        var seed = Fuzzing.IsSoak ? Environment.TickCount : Seed;
        var ledger = new Ledger();
        var (kills, all) = (0, KillsOf(isShared ? FewKillsOfReplicas : FewKills));
        try
        {
            while (kills < all)
            {
                var some = Math.Min(KillsOfOneFolder, all - kills);
                await LivesAsync(isShared, some, ledger, new Random(seed + kills));
                kills += some;
            }
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"seed {seed}, after {kills} kills: {e.Message}", e);
        }
        Assert.All((string[])["wraps", "enrolments", "releases"], what => Assert.NotEqual(0, ledger.CountOf(what)));
        var figures = $"{name} {kills} kills seed {seed}: {ledger.Figures}";
        TestContext.Current.TestOutputHelper?.WriteLine(figures);
        if (Fuzzing.IsSoak) Fuzzing.Note(figures);
    }

    private static async Task LivesAsync(bool isShared, int kills, Ledger ledger, Random random)
    {
        await using var cluster = isShared ? await PostgresCluster.StartAsync(isDurable: true) : null;
        await using var broker = cluster is null ? new KilledBroker() : new KilledBroker(cluster.Address(await cluster.CreateDatabaseAsync()), replicas: 3);
        using var vendor = new TestAuthority();
        // Also while it makes its data.
        await DieStartingAsync(broker, ledger, random);
        await broker.StartAsync();
        using var reader = await KeyReader.SetUpAsync(broker, vendor);
        var audit = new AuditLoad(broker, ledger);
        Random Own() => new(random.Next());
        ILoad[] loads =
        [
            new OwnerLoad(broker, ledger, reader, Own()), new OwnerLoad(broker, ledger, reader, Own()), new AdminLoad(broker, ledger, reader, Own()),
            new NodeLoad(broker, ledger, vendor, Own()), new NodeLoad(broker, ledger, vendor, Own()), new HostLoad(broker, ledger, vendor, Own()), audit,
        ];
        try
        {
            for (var kill = 1; kill <= kills; kill++)
            {
                await LoadAndKillAsync(broker, ledger, loads, random);
                if (random.Next(4) == 0) await DieStartingAsync(broker, ledger, random);
                if (cluster is not null) await CheckAsync(broker, ledger, reader, loads, all: false); // at those that are left
                await broker.StartAsync();
                if (cluster is not null && kill % 6 == 3) await LoadAndRestartServerAsync(cluster, ledger, loads, random);
                else if (cluster is not null && kill % 5 == 2) await LoadAndFreezeAsync(broker, ledger, loads, random);
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

    // Half of the kills follow at once upon an answer, the others come whenever they come.
    private static Task LoadAndKillAsync(KilledBroker broker, Ledger ledger, ILoad[] loads, Random random) => LoadAndAsync(broker.KillAsync, ledger, loads, random);

    // Stopped as by a crash, and started at once: requests wait for it, and those that lost a commit are told so.
    private static Task LoadAndRestartServerAsync(PostgresCluster cluster, Ledger ledger, ILoad[] loads, Random random)
    {
        ledger.Count("restarts of the server");
        return LoadAndAsync(
            async () =>
            {
                await cluster.StopAsync();
                await cluster.RestartAsync();
            },
            ledger, loads, random);
    }

    // Sometimes for longer than the server lets a transaction stand open.
    private static Task LoadAndFreezeAsync(KilledBroker broker, Ledger ledger, ILoad[] loads, Random random)
    {
        ledger.Count("replicas that stood still");
        var seconds = Fuzzing.IsSoak && random.Next(10) == 0 ? 12 : 1.5 * random.NextDouble();
        return LoadAndAsync(() => broker.FreezeAsync(TimeSpan.FromSeconds(seconds)), ledger, loads, random);
    }

    private static Task LoadAndAsync(Func<Task> fault, Ledger ledger, ILoad[] loads, Random random) => Work.UntilAsync(
        loads, random.Next(2) == 0 ? ledger.ReachAsync(random.Next(1, 100)) : Task.Delay(random.Next(0, 800), TestContext.Current.CancellationToken), fault);

    private static async Task CheckAsync(KilledBroker broker, Ledger ledger, KeyReader reader, ILoad[] loads, bool all)
    {
        var database = System.IO.Path.Combine(broker.Data, "broker.db");
        if (File.Exists(database)) Assert.Equal("ok", (await Peers.RunAsync("sqlite3", database, "PRAGMA integrity_check;")).ShouldSucceed().Output.Trim());
        await reader.AttestAsync();
        foreach (var load in loads) await load.CheckAsync(all);
        await using var data = await broker.LookAsync();
        await ledger.CheckAsync(data.Parts);
        await StoreWalk.CheckAsync(data.Parts);
    }
}
