using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Storage.Postgres;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Storage;

public sealed class PostgresStoreTests : BrokerStoreContract
{
    private PostgresCluster _cluster = null!;
    private string _database = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_written_is_there_after_it_was_opened_again()
    {
        await PutAsync("a", "1");
        await Store.DisposeAsync();

        await using var again = await OpenAsync();

        Assert.NotNull(await again.ReadAsync(r => r.FindAsync(Collections.Policies, "a"), Token));
    }

    [Fact]
    public async Task Of_replicas_that_race_for_one_record_one_wins()
    {
        await using var second = await AnotherAsync();
        await using var third = await AnotherAsync();
        IBrokerStore[] all = [Store, second, third];
        for (var round = 0; round < 30; round++)
        {
            var key = $"race-{round}";
            var won = await Task.WhenAll(all.SelectMany(s => Enumerable.Range(0, 3).Select(_ => s.WriteAsync(w => w.AddAsync(Collections.Policies, key, "x"u8.ToArray()), Token))));
            Assert.Single(won, w => w);
        }
    }

    [Fact]
    public async Task Replicas_that_read_and_then_write_lose_nothing()
    {
        const int Each = 40;
        await using var second = await AnotherAsync();
        await using var third = await AnotherAsync();
        await PutAsync("n", "0");

        await Task.WhenAll(new[] { Store, second, third }.Select(async store =>
        {
            for (var i = 0; i < Each; i++)
            {
                await store.WriteAsync(
                    async w =>
                    {
                        var n = int.Parse((await w.FindAsync(Collections.Policies, "n"))!.Value, null);
                        await w.PutAsync(Collections.Policies, "n", System.Text.Encoding.UTF8.GetBytes($"{n + 1}"));
                        return n;
                    },
                    Token);
            }
        }));

        Assert.Equal($"{3 * Each}", await FindAsync("n"));
    }

    // Each reads both and writes one: under anything less than serializable both would find the other's place free.
    [Fact]
    public async Task Replicas_that_write_what_the_other_read_do_not_both_succeed()
    {
        await using var second = await AnotherAsync();
        for (var round = 0; round < 20; round++)
        {
            var prefix = $"skew-{round}/";
            Task<bool> OnlyOneAsync(IBrokerStore store, string name) => store.WriteAsync(
                async w => await w.CountAsync(Collections.Policies, prefix) == 0 && await w.AddAsync(Collections.Policies, prefix + name, "x"u8.ToArray()), Token);

            var both = await Task.WhenAll(OnlyOneAsync(Store, "a"), OnlyOneAsync(second, "b"));

            Assert.Single(both, b => b);
        }
    }

    // The write that comes later shares the first one's commit only where its transaction began after that was asked for.
    [Fact]
    public async Task A_write_sees_what_another_replica_acknowledged_before_it_was_asked_for()
    {
        await using var other = await AnotherAsync();
        var begun = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var first = Store.WriteAsync(
            async w =>
            {
                Assert.Null(await w.FindAsync(Collections.Policies, "a")); // its snapshot is taken
                begun.TrySetResult();
                await go.Task;
                return true;
            },
            Token);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        Assert.True(await other.WriteAsync(w => w.AddAsync(Collections.Policies, "a", "1"u8.ToArray()), Token));

        var second = Store.WriteAsync(async w => await w.FindAsync(Collections.Policies, "a") is not null, Token);
        go.SetResult();

        Assert.True(await first);
        Assert.True(await second);
    }

    [Fact]
    public async Task What_has_expired_leaves_the_table()
    {
        for (var i = 0; i < 3; i++) await Store.WriteAsync(w => Done(w.PutAsync(Collections.Sessions, $"s{i}", "1"u8.ToArray(), Clock.GetUtcNow() + TimeSpan.FromSeconds(1))), Token);
        Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(3, await ((PostgresStore)Store).PurgeAsync(Token));
        Assert.Equal("0", await _cluster.QueryAsync(_database, "SELECT count(*) FROM coffer.records"));
    }

    [Fact]
    public async Task A_clock_that_is_ahead_removes_nothing_that_lives_by_the_servers()
    {
        var end = TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(30);
        await Store.WriteAsync(w => Done(w.PutAsync(Collections.Sessions, "s", "1"u8.ToArray(), end)), Token);
        Clock.SetUtcNow(end + TimeSpan.FromHours(1));

        Assert.Equal(0, await ((PostgresStore)Store).PurgeAsync(Token));
    }

    [Fact]
    public async Task A_write_within_a_write_is_refused_rather_than_waiting_for_itself() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => Store.WriteAsync(
            async _ => await Store.WriteAsync(w => w.AddAsync(Collections.Policies, "a", "1"u8.ToArray()), Token), Token));

    [Fact]
    public async Task Replicas_that_start_at_once_make_one_schema()
    {
        var address = Address(_cluster.Address(await _cluster.CreateDatabaseAsync()));

        var stores = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => PostgresStore.OpenAsync(address, false, Clock, Token)));

        Assert.Single(await Task.WhenAll(stores.Select(s => s.WriteAsync(w => w.AddAsync(Collections.Policies, "a", "1"u8.ToArray()), Token))), won => won);
        foreach (var store in stores) await store.DisposeAsync();
    }

    [Fact]
    public async Task A_newer_coffer_brings_it_forward_and_the_older_one_then_refuses_it()
    {
        await PutAsync("a", "1");
        string[] newer = [.. PostgresSchema.Steps, "ALTER TABLE coffer.records ADD COLUMN note text"];
        await using (await PostgresStore.OpenAsync(Address(_cluster.Address(_database)), false, Clock, Token, newer))
        {
        }

        Assert.Equal($"{newer.Length}", await _cluster.QueryAsync(_database, "SELECT version FROM coffer.schema"));
        var refused = await Assert.ThrowsAsync<BrokerException>(() => PostgresStore.OpenAsync(Address(_cluster.Address(_database)), false, Clock, Token));
        Assert.Contains($"has schema version {newer.Length}, and this coffer knows up to {PostgresSchema.Steps.Count}", refused.Message, StringComparison.Ordinal);
        Assert.NotNull(refused.Hint);
    }

    [Fact]
    public async Task A_step_that_fails_leaves_the_version_before_it()
    {
        await PutAsync("a", "1");
        string[] broken = [.. PostgresSchema.Steps, "ALTER TABLE coffer.records ADD COLUMN note text; SELECT 1/0"];

        await Assert.ThrowsAsync<BrokerException>(() => PostgresStore.OpenAsync(Address(_cluster.Address(_database)), false, Clock, Token, broken));

        Assert.Equal($"{PostgresSchema.Steps.Count}", await _cluster.QueryAsync(_database, "SELECT version FROM coffer.schema"));
        await using var again = await AnotherAsync();
        Assert.NotNull(await again.ReadAsync(r => r.FindAsync(Collections.Policies, "a"), Token));
    }

    [Fact]
    public async Task Connections_that_the_server_ended_are_made_anew()
    {
        await PutAsync("a", "1");
        await _cluster.QueryAsync(_database, $"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{_database}' AND pid <> pg_backend_pid()");

        Assert.Equal("1", await FindAsync("a"));
        await PutAsync("a", "2");
        Assert.Equal("2", await FindAsync("a"));
    }

    [Fact]
    public async Task Over_the_network_it_asks_for_the_password_and_proves_its_name()
    {
        var at = $"localhost:{_cluster.Port}/{_database}?sslmode=verify-full&sslrootcert={Uri.EscapeDataString(_cluster.CertificateFile)}";
        await using (var store = await PostgresStore.OpenAsync(PostgresAddress.Parse($"postgres://{PostgresCluster.User}:{_cluster.Password}@{at}", true), false, Clock, Token))
        {
            await store.WriteAsync(w => w.AddAsync(Collections.Policies, "a", "1"u8.ToArray()), Token);
        }
        Assert.Equal("1", await _cluster.QueryAsync(_database, "SELECT count(*) FROM coffer.records"));

        await RefusedAsync($"postgres://{PostgresCluster.User}:wrong@{at}", "refuses the user");
        // It has no certificate for that name, or none that the system's authorities know.
        await RefusedAsync($"postgres://{PostgresCluster.User}:{_cluster.Password}@{at.Replace("localhost", "127.0.0.1", StringComparison.Ordinal)}", "does not prove its name");
        await RefusedAsync($"postgres://{PostgresCluster.User}:{_cluster.Password}@localhost:{_cluster.Port}/{_database}?sslmode=verify-full", "does not prove its name");
    }

    [Fact]
    public async Task What_is_wrong_with_the_server_is_said_in_one_line()
    {
        await RefusedAsync(_cluster.Address("nothing"), "has no such database");
        await RefusedAsync($"postgres://coffer@/x?host={_cluster.Socket}&port=1", "cannot be reached");
        await RefusedAsync($"postgres://coffer@127.0.0.1:{LoopbackPort.Free()}/x", "cannot be reached");
    }

    private protected override async ValueTask<IBrokerStore> OpenAsync()
    {
        _cluster = await PostgresCluster.SharedAsync();
        if (_database.Length == 0) _database = await _cluster.CreateDatabaseAsync();
        return await AnotherAsync();
    }

    private Task<PostgresStore> AnotherAsync() => PostgresStore.OpenAsync(Address(_cluster.Address(_database)), insecure: false, Clock, Token);

    private static PostgresAddress Address(string text) => PostgresAddress.Parse(text, mayHoldPassword: false);

    private async Task RefusedAsync(string address, string because)
    {
        var refused = await Assert.ThrowsAsync<BrokerException>(() => PostgresStore.OpenAsync(PostgresAddress.Parse(address, true), false, Clock, Token));
        Assert.Equal(BrokerFault.Unavailable, refused.Fault);
        Assert.Equal(ExitStatus.Unreachable, refused.ExitStatus);
        Assert.Contains(because, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_cluster.Password, refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }
}
