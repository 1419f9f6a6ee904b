using System.Globalization;
using System.Security.Cryptography;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Backup;
using Coffer.KeyBroker.Hosting;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.RootKeys.Ring;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Storage.Sqlite;
using Coffer.KeyBroker.Tests.Storage;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Backup;

/// <summary>Backups of real stores, put into empty ones, over <see cref="IBrokerStore"/> alone.</summary>
public sealed class BackupTests : IAsyncLifetime
{
    private readonly TempDirectory _folder = new();
    private readonly BrokerFixture _broker = new();
    private RootKey _root = null!;
    private KeyRing _ring = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string BackupFile => _folder.Combine("backup");

    public ValueTask InitializeAsync()
    {
        _root = (RootKey)_broker.RootKey;
        _ring = KeyRing.Of(_root);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _ring.Dispose();
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_was_backed_up_is_restored_record_for_record_and_what_passes_is_not()
    {
        await FillAsync(700);
        var (records, bytes) = await BackUpAsync();
        await using var empty = Empty();

        var all = await new StoreRestore(empty, _root, BackupFile).PutAllAsync(Cancelled);
        await StoreRestore.EndAsync(empty, all, _ => ValueTask.CompletedTask, Cancelled);

        Assert.Equal((records, new FileInfo(BackupFile).Length), (all.Records, bytes));
        Assert.Equal(await ContentAsync(_broker.Store, withPassing: false), await ContentAsync(empty, withPassing: true));
        using var verifier = new AuditVerifier(_root);
        Assert.Equal(20, (await verifier.VerifyAsync(empty, null, Cancelled)).Entries);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(BackupFile));
        Assert.Equal([BackupFile], Directory.GetFiles(_folder.Path)); // nothing unfinished beside it
    }

    [Fact]
    public async Task A_store_moves_from_SQLite_to_PostgreSQL_and_back()
    {
        await FillAsync(120);
        var cluster = await PostgresCluster.SharedAsync();
        var settings = new BrokerSettings { Store = cluster.Address(await cluster.CreateDatabaseAsync()) };
        await using var postgres = await StoreOpening.OpenAsync(settings, _broker.Clock, Cancelled);
        await using var back = Empty();

        await BackUpAsync();
        await StoreRestore.EndAsync(postgres, await new StoreRestore(postgres, _root, BackupFile).PutAllAsync(Cancelled), _ => ValueTask.CompletedTask, Cancelled);
        await StoreBackup.WriteAsync(postgres, _ring, null, _folder.Combine("second"), _broker.Clock, Cancelled);
        await StoreRestore.EndAsync(back, await new StoreRestore(back, _root, _folder.Combine("second")).PutAllAsync(Cancelled), _ => ValueTask.CompletedTask, Cancelled);

        var content = await ContentAsync(_broker.Store, withPassing: false);
        Assert.Equal(content, await ContentAsync(postgres, withPassing: true));
        Assert.Equal(content, await ContentAsync(back, withPassing: true));
    }

    [Fact]
    public async Task A_store_that_holds_something_is_not_restored_into_and_stays_as_it_is()
    {
        await FillAsync(3);
        await BackUpAsync();
        await using var other = Empty();
        await other.WriteAsync(async w => { await w.PutAsync(Collections.Policies, "mine", "1"u8.ToArray()); return true; }, Cancelled);

        var refused = await Assert.ThrowsAsync<BrokerException>(() => new StoreRestore(other, _root, BackupFile).PutAllAsync(Cancelled));

        Assert.Equal(BrokerFault.Conflict, refused.Fault);
        Assert.Equal("policies/mine=31@", await ContentAsync(other, withPassing: true));
    }

    [Fact]
    public async Task A_backup_that_was_changed_anywhere_or_cut_off_restores_nothing()
    {
        await FillAsync(300); // several chunks
        await BackUpAsync();
        var sound = await File.ReadAllBytesAsync(BackupFile, Cancelled);
        Assert.True(sound.Length > 3 * BackupCipher.ChunkBytes);
        var random = new Random(7);
        List<byte[]> wrong = [sound[..^1], sound[..(sound.Length / 2)], sound[..100], [], [.. sound, 0], [.. sound, .. sound[^1000..]]];
        foreach (var at in Enumerable.Range(0, 120).Select(i => i * 2).Concat(Enumerable.Range(0, 60).Select(_ => random.Next(sound.Length))))
        {
            var changed = sound.ToArray();
            changed[at] ^= (byte)(1 << random.Next(8));
            wrong.Add(changed);
        }
        wrong.Add(Exchanged(sound));
        await using var empty = Empty();
        foreach (var content in wrong)
        {
            await File.WriteAllBytesAsync(_folder.Combine("wrong"), content, Cancelled);
            var refused = await Assert.ThrowsAsync<BrokerException>(() => new StoreRestore(empty, _root, _folder.Combine("wrong")).PutAllAsync(Cancelled));
            Assert.True(refused.ExitStatus == ExitStatus.Integrity || refused.Fault == BrokerFault.Unavailable, refused.Message); // a changed key id names another root key
        }
        Assert.Equal("", await ContentAsync(empty, withPassing: true));
    }

    [Fact]
    public async Task Another_root_key_opens_nothing()
    {
        await FillAsync(3);
        await BackUpAsync();
        await using var empty = Empty();
        using var other = RootKey.Draw("other");

        var refused = await Assert.ThrowsAsync<BrokerException>(() => new StoreRestore(empty, other, BackupFile).PutAllAsync(Cancelled));

        Assert.Equal(BrokerFault.Unavailable, refused.Fault);
        Assert.Contains(_root.Id, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task A_restore_that_was_cut_short_lets_no_broker_start_and_goes_on(int writes)
    {
        await FillAsync(2100);
        await BackUpAsync();
        var folder = _folder.Combine("data");
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Copy(Path.Combine(_broker.Data, "root-key"), Path.Combine(folder, "root-key"));
        var settings = new BrokerSettings { DataFolder = folder };
        await using (var store = SqliteStore.Open(Path.Combine(folder, "broker.db"), _broker.Clock))
        {
            await Assert.ThrowsAsync<OperationCanceledException>(() => new StoreRestore(new StoppingStore(store, writes), _root, BackupFile).PutAllAsync(Cancelled));
        }
        var refused = await Assert.ThrowsAsync<BrokerException>(() => BrokerRun.InitAsync(settings, _broker.Clock, _ => { }, Cancelled));
        Assert.Contains("half restored", refused.Message, StringComparison.Ordinal);

        await BackupRun.RestoreAsync(settings, BackupFile, _broker.Clock, Cancelled);

        await BrokerRun.InitAsync(settings, _broker.Clock, _ => { }, Cancelled);
        await using var data = await BrokerData.OpenAsync(settings, alone: false, _broker.Clock, _ => { }, Cancelled);
        Assert.Equal(2100, await data.Parts.Store.ReadAsync(r => r.CountAsync(Collections.Policies), Cancelled));
    }

    [Fact]
    public async Task A_backup_is_one_state_while_others_write()
    {
        await FillAsync(200);
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var value = BitConverter.GetBytes(i);
                await _broker.WriteAsync(async w => // the first and the last that a backup reads
                {
                    await w.PutAsync(Collections.All[0], "twin", value);
                    await w.PutAsync(Collections.All[^1], "twin", value);
                });
            }
        }, Cancelled);
        for (var i = 0; i < 5; i++)
        {
            await BackUpAsync($"backup-{i}");
            await using var empty = Empty($"empty-{i}");
            await new StoreRestore(empty, _root, _folder.Combine($"backup-{i}")).PutAllAsync(Cancelled);
            var twins = await empty.ReadAsync(async r => (await r.FindAsync(Collections.All[0], "twin"), await r.FindAsync(Collections.All[^1], "twin")), Cancelled);
            Assert.Equal(twins.Item1?.Value, twins.Item2?.Value);
        }
        await stop.CancelAsync();
        await writing;
    }

    [Fact]
    public async Task A_file_that_is_there_is_not_overwritten()
    {
        _folder.Write("backup", "mine");
        Assert.Equal(BrokerFault.Conflict, (await Assert.ThrowsAsync<BrokerException>(() => BackUpAsync())).Fault);
        Assert.Equal("mine", await File.ReadAllTextAsync(BackupFile, Cancelled));
    }

    private static byte[] Exchanged(byte[] sound)
    {
        const int chunk = BackupCipher.ChunkBytes + BackupCipher.TagBytes;
        var start = 20 + System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(sound.AsSpan(16));
        return [.. sound[..start], .. sound[(start + chunk)..(start + (2 * chunk))], .. sound[start..(start + chunk)], .. sound[(start + (2 * chunk))..]];
    }

    private Task<(long Records, long Bytes)> BackUpAsync(string name = "backup") => StoreBackup.WriteAsync(_broker.Store, _ring, null, _folder.Combine(name), _broker.Clock, Cancelled);

    private SqliteStore Empty(string name = "empty") => SqliteStore.Open(_folder.Combine(name, "broker.db"), _broker.Clock);

    private async Task FillAsync(int policies)
    {
        using var sealer = new RecordSealer(_root);
        using var audit = new AuditLog(AuditWriter.Of(_broker.Data), _root, _broker.Clock);
        await RootKeyCheck.EnsureAsync(_broker.Store, _root, Cancelled);
        await _broker.WriteAsync(async w =>
        {
            for (var i = 0; i < policies; i++) await w.PutAsync(Collections.Policies, $"p{i:D6}", RandomNumberGenerator.GetBytes(i % 1500));
            await w.PutAsync(Collections.Resources, "a/b/c", sealer.Seal(Collections.Resources, "a/b/c", new byte[200_000]));
            await w.PutAsync(Collections.BrokerKeys, "token/x", "1"u8.ToArray(), _broker.Clock.GetUtcNow().AddHours(1));
            await w.PutAsync(Collections.Sessions, "s", "1"u8.ToArray(), _broker.Clock.GetUtcNow().AddHours(1));
            for (var i = 0; i < 20; i++) await audit.AppendAsync(w, new AuditEvent($"request-{i}", "host.approve", AuditOutcome.Allowed, "a test"));
        });
    }

    private static Task<string> ContentAsync(IBrokerStore store, bool withPassing) => store.ReadAsync(
        async r =>
        {
            var lines = new List<string>();
            foreach (var collection in Collections.All.Where(c => withPassing || !Collections.Passing.Contains(c)))
            {
                foreach (var record in await r.ListAsync(collection, "", null, 10_000))
                {
                    lines.Add(string.Create(CultureInfo.InvariantCulture, $"{collection}/{record.Key}={Convert.ToHexString(record.Value)}@{record.Expires?.ToUnixTimeMilliseconds()}"));
                }
            }
            return string.Join('\n', lines);
        }, Cancelled);
}
