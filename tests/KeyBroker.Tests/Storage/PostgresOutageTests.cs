using System.Collections.Concurrent;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Storage.Postgres;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Storage;

/// <summary>A PostgreSQL server with commits on the disk that goes away under load, by SIGQUIT, and comes back.</summary>
public sealed class PostgresOutageTests
{
    private const int Writers = 6;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_acknowledged_before_a_crash_of_the_server_stands_and_stores_find_it_again()
    {
        await using var cluster = await PostgresCluster.StartAsync(isDurable: true);
        var address = PostgresAddress.Parse(cluster.Address(await cluster.CreateDatabaseAsync()), mayHoldPassword: false);
        await using var one = await PostgresStore.OpenAsync(address, insecure: false, TimeProvider.System, Token);
        await using var other = await PostgresStore.OpenAsync(address, insecure: false, TimeProvider.System, Token);
        var acknowledged = new ConcurrentBag<string>();
        var refused = new ConcurrentBag<BrokerException>();
        using var end = new CancellationTokenSource();
        var working = Enumerable.Range(0, Writers).Select(i => Task.Run(() => WorkAsync(i % 2 == 0 ? one : other, i, acknowledged, refused, end.Token), Token)).ToList();
        await ReachAsync(acknowledged, 50);

        await cluster.StopAsync();
        await Assert.ThrowsAsync<BrokerException>(() => one.ReadAsync(r => r.CountAsync(Collections.Policies), Token));
        await cluster.RestartAsync();
        await ReachAsync(acknowledged, acknowledged.Count + 50);
        await end.CancelAsync();
        await Task.WhenAll(working);

        Assert.NotEmpty(refused);
        Assert.All(refused, r => Assert.Equal(BrokerFault.Unavailable, r.Fault));
        var there = new HashSet<string>(StringComparer.Ordinal);
        foreach (var record in await other.ReadAsync(r => r.ListAsync(Collections.Policies, "", null, 10_000), Token)) there.Add(record.Key);
        Assert.Empty(acknowledged.Except(there));
    }

    private static async Task WorkAsync(PostgresStore store, int writer, ConcurrentBag<string> acknowledged, ConcurrentBag<BrokerException> refused, CancellationToken end)
    {
        for (var i = 0; !end.IsCancellationRequested; i++)
        {
            var key = $"{writer}/{i}";
            try
            {
                await store.WriteAsync(w => w.AddAsync(Collections.Policies, key, "x"u8.ToArray()), CancellationToken.None);
                acknowledged.Add(key);
            }
            catch (BrokerException e)
            {
                refused.Add(e);
            }
        }
    }

    private static async Task ReachAsync(ConcurrentBag<string> acknowledged, int count)
    {
        var end = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(60);
        while (acknowledged.Count < count)
        {
            if (TimeProvider.System.GetUtcNow() > end) Assert.Fail($"only {acknowledged.Count} of {count} were acknowledged");
            await Task.Delay(TimeSpan.FromMilliseconds(20), Token);
        }
    }
}
