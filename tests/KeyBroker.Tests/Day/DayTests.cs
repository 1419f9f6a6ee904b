using System.Diagnostics;
using System.Globalization;
using Coffer.KeyBroker.Tests.Killed;
using Coffer.KeyBroker.Tests.Machines;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Day;

/// <summary>
/// A day of three replicas on one PostgreSQL, compressed: the load of its hours, quiet at night, with a fault or an operator's work in each
/// hour. At the end everything that was acknowledged stands, and the figures tell how it went. A few hours in normal runs.
/// </summary>
public sealed class DayTests
{
    private const int Seed = 20261125;
    private static readonly TimeSpan NightPause = TimeSpan.FromMilliseconds(150); // between the requests of one client

    // Of the full load, for each hour.
    private static readonly double[] Activity = [0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.4, 0.7, 1, 1, 1, 0.9, 0.8, 1, 1, 1, 0.9, 0.7, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1];

    private static readonly string[] WholeDay =
    [
        "nothing", "nothing", "nothing", "nothing", "a replica was restarted", "a replica was restarted", "a replica was restarted", "a replica was restarted",
        "a replica was killed", "a replica was killed", "a replica was killed", "a replica stood still", "a replica stood still", "the server was killed", "the server was killed",
        "a key was rotated", "a key was rotated", "a key was rotated", "the token keys were rotated", "the audit was exported and verified without the broker",
        "the audit was exported and verified without the broker", "a backup was made", "a backup was made", "a backup was made",
    ];

    private static readonly string[] FewHours = ["a replica was restarted", "a key was rotated", "the server was killed", "the audit was exported and verified without the broker", "a backup was made"];

    [Fact]
    public async Task A_day_of_three_replicas_loses_nothing_that_was_acknowledged()
    {
        _ = CofferBinary.Require();
        var seed = !Fuzzing.IsSoak ? Seed : int.TryParse(Environment.GetEnvironmentVariable("COFFER_SOAK_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Environment.TickCount;
        var random = new Random(seed);
        string[] hours = [.. Fuzzing.IsSoak ? WholeDay : FewHours];
        random.Shuffle(hours);
        var hour = Fuzzing.IsSoak ? TimeSpan.FromSeconds(Fuzzing.SoakSeconds / 24.0) : TimeSpan.FromSeconds(1);
        var told = new List<string> { string.Create(CultureInfo.InvariantCulture, $"seed {seed}, {hours.Length} hours of {hour.TotalSeconds:F1} s") };
        try
        {
            await LiveAsync(hours, hour, random, told);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
        }
        foreach (var line in told.SelectMany(t => t.Split('\n', StringSplitOptions.RemoveEmptyEntries)))
        {
            TestContext.Current.TestOutputHelper?.WriteLine(line);
            if (Fuzzing.IsSoak) Fuzzing.Note($"day {line}");
        }
    }

    private static async Task LiveAsync(string[] hours, TimeSpan hour, Random random, List<string> told)
    {
        await using var cluster = await PostgresCluster.StartAsync(isDurable: true);
        var database = await cluster.CreateDatabaseAsync();
        using var folder = new TempDirectory();
        using var figures = new RequestFigures();
        await using var broker = new KilledBroker(cluster.Address(database), replicas: 3, figures);
        using var vendor = new TestAuthority();
        await broker.StartAsync();
        using var reader = await KeyReader.SetUpAsync(broker, vendor);
        var ledger = new Ledger();
        var events = new DayEvents(broker, cluster, cluster.Address(database), ledger, folder);
        Random Own() => new(random.Next());
        ILoad[] loads =
        [
            new OwnerLoad(broker, ledger, reader, Own()), new OwnerLoad(broker, ledger, reader, Own()), new AdminLoad(broker, ledger, reader, Own()), new HostLoad(broker, ledger, vendor, Own()),
            new DeniedLoad(broker, ledger, reader, Own()), .. Enumerable.Range(0, 6).Select(_ => new NodeLoad(broker, ledger, vendor, Own())),
        ];
        var working = new Stopwatch();
        try
        {
            for (var i = 0; i < hours.Length; i++)
            {
                var pause = NightPause * (1 - Activity[Fuzzing.IsSoak ? i : i + 9]);
                working.Start();
                await HourAsync(hours[i], hour, pause, events, broker, reader, loads);
                working.Stop();
                await CheckAsync(broker, ledger, reader, loads, all: i == hours.Length - 1);
                if (i == 0) told.Add(await SizesAsync("after the first hour", broker, cluster, database));
            }
            told.Add(await SizesAsync("at the end", broker, cluster, database));
            told.Add($"acknowledged: {ledger.Figures}");
            told.Add(string.Create(CultureInfo.InvariantCulture, $"{figures.Count} requests, {working.Elapsed.TotalSeconds:F0} s of load"));
            told.AddRange(figures.Lines());
            told.Add((await broker.RunAsync("broker", "audit", "verify")).ShouldSucceed().Output);
            told.Add((await broker.RunAsync("broker", "status")).ShouldSucceed().Output);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{e.Message}\nthe brokers' logs: {broker.Log}", e);
        }
        finally
        {
            foreach (var load in loads) load.Dispose();
        }
    }

    // A fault comes in the middle of the hour, and who was caught by it looks what became of his request.
    private static async Task HourAsync(string name, TimeSpan hour, TimeSpan pause, DayEvents events, KilledBroker broker, KeyReader reader, ILoad[] loads)
    {
        if (events.Works.TryGetValue(name, out var work))
        {
            await Work.DuringAsync(loads, Task.WhenAll(Task.Delay(hour, TestContext.Current.CancellationToken), work()), pause);
            return;
        }
        await Work.UntilAsync(loads, Task.Delay(hour / 2, TestContext.Current.CancellationToken), events.Faults[name], pause);
        await CheckAsync(reader, loads, all: false); // at those that are left
        await Work.DuringAsync(loads, Task.WhenAll(Task.Delay(hour / 2, TestContext.Current.CancellationToken), broker.StartAsync()), pause);
    }

    private static async Task CheckAsync(KeyReader reader, ILoad[] loads, bool all)
    {
        await reader.AttestAsync();
        foreach (var load in loads) await load.CheckAsync(all);
    }

    private static async Task CheckAsync(KilledBroker broker, Ledger ledger, KeyReader reader, ILoad[] loads, bool all)
    {
        await CheckAsync(reader, loads, all);
        await using var data = await broker.LookAsync();
        await ledger.CheckAsync(data.Parts);
        if (all) await StoreWalk.CheckAsync(data.Parts);
    }

    private static async Task<string> SizesAsync(string when, KilledBroker broker, PostgresCluster cluster, string database)
    {
        const double mebi = 1024 * 1024;
        var memory = string.Join(", ", broker.ResidentBytes.Select(b => string.Create(CultureInfo.InvariantCulture, $"{b / mebi:F0}")));
        var size = double.Parse(await cluster.QueryAsync(database, "SELECT pg_database_size(current_database())"), CultureInfo.InvariantCulture) / mebi;
        var records = await cluster.QueryAsync(database, "SELECT count(*) FROM coffer.records");
        return string.Create(CultureInfo.InvariantCulture, $"{when}: memory of the replicas {memory} MiB, database {size:F1} MiB, {records} records");
    }
}
