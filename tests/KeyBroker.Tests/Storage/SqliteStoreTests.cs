using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Storage.Sqlite;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Storage;

public sealed class SqliteStoreTests : BrokerStoreContract
{
    private readonly TempDirectory _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Database => _folder.Combine("data", "broker.db");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Its_files_are_closed_to_others_whatever_the_umask()
    {
        await PutAsync("a", "1");

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.Combine("data")));
        var files = Directory.GetFiles(_folder.Combine("data"));
        Assert.Contains(Database + "-wal", files);
        Assert.All(files, f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
    }

    [Fact]
    public async Task What_was_written_is_there_after_it_was_opened_again()
    {
        await PutAsync("a", "1");
        await Store.DisposeAsync();

        await using var again = SqliteStore.Open(Database, Clock);

        Assert.NotNull(await again.ReadAsync(r => r.FindAsync(Collections.Policies, "a"), Token));
    }

    [Fact]
    public async Task Two_stores_on_one_file_see_each_others_writes()
    {
        await using var other = SqliteStore.Open(Database, Clock);
        await PutAsync("a", "1");

        Assert.False(await other.WriteAsync(w => w.AddAsync(Collections.Policies, "a", "2"u8.ToArray()), Token));
        Assert.True(await other.WriteAsync(w => w.AddAsync(Collections.Policies, "b", "2"u8.ToArray()), Token));
        Assert.Equal("2", await FindAsync("b"));
    }

    [Fact]
    public async Task What_has_expired_leaves_the_file()
    {
        for (var i = 0; i < 3; i++)
        {
            await Store.WriteAsync(w => Done(w.PutAsync(Collections.Sessions, $"s{i}", "1"u8.ToArray(), Clock.GetUtcNow() + TimeSpan.FromSeconds(1))), Token);
        }
        Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(3, await ((SqliteStore)Store).PurgeAsync(Token));
        Assert.Equal(0, await ((SqliteStore)Store).PurgeAsync(Token));
    }

    [Fact]
    public async Task Writes_remove_what_has_expired_on_their_way()
    {
        await Store.WriteAsync(w => Done(w.PutAsync(Collections.Sessions, "s", "1"u8.ToArray(), Clock.GetUtcNow() + TimeSpan.FromSeconds(1))), Token);
        Clock.Advance(TimeSpan.FromMinutes(2));

        await PutAsync("a", "1");

        Assert.Equal(0, await ((SqliteStore)Store).PurgeAsync(Token));
    }

    [Fact]
    public async Task A_write_within_a_write_is_refused_rather_than_waiting_for_itself() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => Store.WriteAsync(
            async _ => await Store.WriteAsync(w => w.AddAsync(Collections.Policies, "a", "1"u8.ToArray()), Token), Token));

    [Fact]
    public async Task Its_own_tool_finds_the_database_sound()
    {
        await PutAsync("a", "1");

        var checkedBy = await Peers.RunAsync("sqlite3", Database, "PRAGMA integrity_check; PRAGMA journal_mode; PRAGMA user_version;");

        Assert.Equal($"ok\nwal\n{SqliteSchema.Steps.Count}\n", checkedBy.Output);
    }

    [Fact]
    public async Task A_newer_schema_is_refused_in_one_line()
    {
        await Store.DisposeAsync();
        await Peers.RunAsync("sqlite3", Database, "PRAGMA user_version = 99;");

        Refused("has schema version 99");
    }

    [Fact]
    public async Task A_store_of_the_first_version_opens_with_all_that_is_in_it()
    {
        await Store.DisposeAsync();
        var file = _folder.Combine("data", "old.db");
        (await Peers.RunAsync("sqlite3", file, $".read {RepositoryRoot.Combine("tests", "KeyBroker.Tests", "Storage", "store-v1.sql")}")).ShouldSucceed();
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        await using var old = SqliteStore.Open(file, Clock);

        var policies = await old.ReadAsync(r => r.ListAsync(Collections.Policies, "", null, 10), Token);
        Assert.Equal(["a", "é"], policies.Select(p => p.Key));
        Assert.Equal([1, 2, 3], policies[0].Value);
        Assert.Null(await old.ReadAsync(r => r.FindAsync(Collections.Sessions, "expired"), Token));
        Assert.NotNull(await old.ReadAsync(r => r.FindAsync(Collections.Sessions, "lives"), Token));
        Assert.True(await old.WriteAsync(w => w.AddAsync(Collections.Policies, "b", "1"u8.ToArray()), Token));
    }

    [Fact]
    public async Task A_newer_coffer_brings_it_forward_in_one_transaction_and_the_older_one_then_refuses_it()
    {
        await PutAsync("a", "1");
        await Store.DisposeAsync();
        string[] broken = [.. SqliteSchema.Steps, "ALTER TABLE records ADD COLUMN note TEXT; SELECT nothing FROM nowhere"];
        Assert.Throws<BrokerException>(() => SqliteStore.Open(Database, Clock, TimeSpan.FromSeconds(5), broken));
        await using (var same = SqliteStore.Open(Database, Clock)) Assert.NotNull(await same.ReadAsync(r => r.FindAsync(Collections.Policies, "a"), Token));
        string[] newer = [.. SqliteSchema.Steps, "ALTER TABLE records ADD COLUMN note TEXT"];
        await using (var brought = SqliteStore.Open(Database, Clock, TimeSpan.FromSeconds(5), newer)) Assert.NotNull(await brought.ReadAsync(r => r.FindAsync(Collections.Policies, "a"), Token));

        Refused($"has schema version {newer.Length}, and this coffer knows up to {SqliteSchema.Steps.Count}");
    }

    [Fact]
    public async Task Another_programs_database_is_refused_and_left_as_it_is()
    {
        var file = _folder.Combine("other.db");
        await Peers.RunAsync("sqlite3", file, "CREATE TABLE t (x);");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var before = File.ReadAllBytes(file);

        Refused("another program's database", file);
        Assert.Equal(before, File.ReadAllBytes(file));
    }

    [Fact]
    public void What_is_no_database_is_refused()
    {
        var file = _folder.Write("text.db", new string('x', 5000));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Refused("is not a database", file);
    }

    [Fact]
    public async Task A_file_open_to_others_is_refused()
    {
        await Store.DisposeAsync();
        File.SetUnixFileMode(Database, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        Refused("is open to others (mode 0604)");
    }

    [Fact]
    public void A_folder_that_others_may_write_to_is_refused()
    {
        Directory.CreateDirectory(_folder.Combine("open"));
        File.SetUnixFileMode(_folder.Combine("open"), (UnixFileMode)0x1ff);

        Refused("is open to others (mode 0777)", _folder.Combine("open", "broker.db"));
    }

    [Fact]
    public async Task Another_process_that_holds_the_file_too_long_is_named_as_the_cause()
    {
        await using var impatient = SqliteStore.Open(Database, Clock, TimeSpan.FromMilliseconds(20));
        var begun = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var holder = Store.WriteAsync(
            async w =>
            {
                await w.PutAsync(Collections.Policies, "a", "1"u8.ToArray());
                begun.SetResult();
                await go.Task;
                return true;
            },
            Token);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);

        var refused = await Assert.ThrowsAsync<BrokerException>(() => impatient.WriteAsync(w => w.AddAsync(Collections.Policies, "b", "1"u8.ToArray()), Token));
        go.SetResult();
        await holder;

        Assert.Contains("locked by another process", refused.Message, StringComparison.Ordinal);
        Assert.True(await impatient.WriteAsync(w => w.AddAsync(Collections.Policies, "b", "1"u8.ToArray()), Token));
    }

    [Fact]
    public async Task A_full_disk_is_said_and_what_was_there_stays()
    {
        await PutAsync("a", "1");
        await Store.DisposeAsync();
        await using var small = SqliteStore.Open(Database, Clock);
        small.LimitPages(20);

        var refused = await Assert.ThrowsAsync<BrokerException>(() => small.WriteAsync(w => Done(w.PutAsync(Collections.Policies, "b", new byte[1_000_000])), Token));

        Assert.Equal(BrokerFault.Unavailable, refused.Fault);
        Assert.Contains(Database, refused.Message, StringComparison.Ordinal);
        Assert.Contains("the disk is full", refused.Message, StringComparison.Ordinal);
        Assert.Equal(ExitStatus.Unreachable, refused.ExitStatus);
        Assert.NotNull(await small.ReadAsync(r => r.FindAsync(Collections.Policies, "a"), Token));
        Assert.True(await small.WriteAsync(w => w.AddAsync(Collections.Policies, "c", "1"u8.ToArray()), Token));
    }

    private protected override ValueTask<IBrokerStore> OpenAsync() => ValueTask.FromResult<IBrokerStore>(SqliteStore.Open(Database, Clock));

    private void Refused(string because, string? file = null)
    {
        var refused = Assert.Throws<BrokerException>(() => SqliteStore.Open(file ?? Database, Clock));
        Assert.Equal(BrokerFault.Unavailable, refused.Fault);
        Assert.Contains(because, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }
}
