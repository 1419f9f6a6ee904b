using System.Security.Cryptography;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Backup;
using Coffer.KeyBroker.Hosting;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.RootKeys.Ring;
using Coffer.KeyBroker.RootKeys.Rotation;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Tests.Storage;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.RootKeys;

/// <summary>The root key of a store changed under brokers that go on working, each with what it knows.</summary>
public sealed class RotationTests : IAsyncLifetime
{
    private const int Sealed = 150;

    private readonly TempDirectory _folder = new();
    private BrokerData _first = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Old => _folder.Combine("old");

    private string New => _folder.Combine("new");

    private BrokerSettings Settings => new() { DataFolder = _folder.Combine("data"), RootKeyFile = Old };

    public async ValueTask InitializeAsync()
    {
        _folder.Write("old", RandomNumberGenerator.GetBytes(32));
        File.SetUnixFileMode(Old, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await BrokerRun.InitAsync(Settings, TimeProvider.System, _ => { }, Cancelled);
        _first = await OpenAsync(Old);
        await _first.Parts.Store.WriteAsync(
            async w =>
            {
                for (var i = 0; i < Sealed; i++) await PutAsync(_first, w, $"a/b/{i:D4}", $"secret {i}", i == 7 ? DateTimeOffset.UtcNow.AddHours(1) : null);
                return true;
            }, Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Brokers_that_run_go_on_and_the_old_key_opens_nothing_any_more()
    {
        await using var presence = await ReplicaPresence.StartAsync(_first.Parts.Store, _first.Ring, TimeProvider.System, Cancelled);
        await using var second = await OpenAsync(Old);
        await using var sleeping = await ReplicaPresence.StartAsync(second.Parts.Store, second.Ring, TimeProvider.System, Cancelled);
        var stop = new CancellationTokenSource();
        var working = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await PutAsync(i % 2 == 0 ? _first : second, $"w/w/{i % 20:D2}", $"{i}");
                Assert.Equal("secret 5", await GetAsync(i % 2 == 0 ? second : _first, "a/b/0005"));
            }
        }, Cancelled);

        var facts = await RotateAsync();

        await PutAsync(second, "a/b/after", "after");
        await stop.CancelAsync();
        await working;
        Assert.True(facts.Records > Sealed, $"{facts.Records} records");
        Assert.Equal("secret 149", await GetAsync(_first, "a/b/0149"));
        Assert.Equal("after", await GetAsync(_first, "a/b/after"));
        Assert.NotNull((await _first.Parts.Store.ReadAsync(r => r.FindAsync(Collections.Resources, "a/b/0007"), Cancelled))!.Expires);
        var refused = await Assert.ThrowsAsync<BrokerException>(() => OpenAsync(Old));
        Assert.Equal(BrokerFault.Unavailable, refused.Fault);
        Assert.Contains("--root-key", refused.Hint, StringComparison.Ordinal);
        await using var anew = await OpenAsync(New);
        Assert.Equal("secret 0", await GetAsync(anew, "a/b/0000"));
        using var verifier = new AuditVerifier(anew.Parts.RootKey);
        await verifier.VerifyAsync(anew.Parts.Store, null, Cancelled);
        await ShouldBeOfAsync(anew, 2);
    }

    [Fact]
    public async Task It_can_be_changed_again_and_again()
    {
        await RotateAsync();
        foreach (var i in Enumerable.Range(3, 3)) await RotationRun.RunAsync(Settings with { RootKeyFile = i == 3 ? New : $"{New}-{i - 1}" }, $"{New}-{i}", TimeSpan.Zero, TimeProvider.System, _ => { }, Cancelled);
        await using var anew = await OpenAsync($"{New}-5");
        Assert.Equal("secret 0", await GetAsync(anew, "a/b/0000"));
        await ShouldBeOfAsync(anew, 5);
    }

    [Fact]
    public async Task A_process_that_slept_through_it_stores_nothing_under_the_old_key()
    {
        await using var asleep = await OpenAsync(Old); // never said that it lives
        await RotateAsync();

        Assert.Equal(BrokerFault.Unavailable, (await Assert.ThrowsAsync<BrokerException>(() => PutAsync(asleep, "a/b/late", "late"))).Fault);
        Assert.Equal(BrokerFault.Unavailable, (await Assert.ThrowsAsync<BrokerException>(() => GetAsync(asleep, "a/b/0000"))).Fault);
        await using var anew = await OpenAsync(New);
        Assert.Null(await anew.Parts.Store.ReadAsync(r => r.FindAsync(Collections.Resources, "a/b/late"), Cancelled));
    }

    [Fact]
    public async Task A_broker_that_was_frozen_throughout_goes_on_when_it_wakes()
    {
        await using var frozen = await OpenAsync(Old);
        await frozen.Parts.Store.WriteAsync(async w =>
        {
            await new ReplicaRecord(frozen.Ring.Process, frozen.Ring.PublicKey, 0).PutAsync(w, frozen.Ring.State.Current, DateTimeOffset.UtcNow);
            return true;
        }, Cancelled);
        await RotationRun.RunAsync(Settings, New, TimeSpan.Zero, TimeProvider.System, _ => { }, Cancelled);

        await PutAsync(frozen, "a/b/awake", "awake");
        Assert.Equal("secret 149", await GetAsync(frozen, "a/b/0149"));
        Assert.Equal("awake", await GetAsync(_first = await ReopenedAsync(), "a/b/awake"));
        await ShouldBeOfAsync(_first, 2);
    }

    [Theory]
    [InlineData(1)] // begun
    [InlineData(2)] // switched
    [InlineData(3)] // heads done
    [InlineData(5)] // in the midst of records
    [InlineData(7)] // nothing left but the end
    public async Task Cut_short_anywhere_it_goes_on_and_either_key_starts_a_broker_meanwhile(int writes)
    {
        await using var presence = await ReplicaPresence.StartAsync(_first.Parts.Store, _first.Ring, TimeProvider.System, Cancelled);
        await CutShortAsync(writes);

        await PutAsync(_first, "a/b/meanwhile", "meanwhile"); // serves on
        await using (var started = await BrokerData.OpenAsync(Settings with { RootKeyFile = New, OtherRootKey = Old }, alone: false, TimeProvider.System, _ => { }, Cancelled))
        {
            Assert.Equal("meanwhile", await GetAsync(started, "a/b/meanwhile"));
        }
        await using (var started = await OpenAsync(New)) Assert.Equal("secret 149", await GetAsync(started, "a/b/0149"));
        await Assert.ThrowsAsync<BrokerException>(() => OpenAsync(Old)); // a new process hears of the new key from its operator alone

        await RotateAsync();
        await using var anew = await OpenAsync(New);
        Assert.Equal("secret 149", await GetAsync(anew, "a/b/0149"));
        Assert.Equal("meanwhile", await GetAsync(_first, "a/b/meanwhile"));
        await ShouldBeOfAsync(anew, 2);
    }

    [Fact]
    public async Task Of_two_changes_one_wins()
    {
        var other = _folder.Combine("third");
        var both = await Task.WhenAll(TryAsync(New), TryAsync(other));

        Assert.Single(both, won => won is null);
        Assert.Contains(Assert.Single(both, won => won is not null)!.Fault, (BrokerFault[])[BrokerFault.Conflict, BrokerFault.Unavailable]); // it was under way, or had ended
        await using var anew = await OpenAsync(both[0] is null ? New : other);
        Assert.Equal("secret 9", await GetAsync(anew, "a/b/0009"));
        await ShouldBeOfAsync(anew, 2);
    }

    [Fact]
    public async Task Two_that_change_it_to_the_same_key_help_each_other()
    {
        await CutShortAsync(2);
        await Task.WhenAll(TryAsync(New), TryAsync(New));
        await using var anew = await OpenAsync(New);
        Assert.Equal("secret 9", await GetAsync(anew, "a/b/0009"));
        await ShouldBeOfAsync(anew, 2);
    }

    [Fact]
    public async Task A_ring_that_somebody_else_wrote_is_refused()
    {
        await using var presence = await ReplicaPresence.StartAsync(_first.Parts.Store, _first.Ring, TimeProvider.System, Cancelled);
        using var forged = RootKey.Draw("forged");
        var replica = Assert.Single(await _first.Parts.Store.ReadAsync(r => ReplicaRecord.ListAsync(r, _first.Ring.State.Keys.Values), Cancelled));
        await _first.Parts.Store.WriteAsync(async w =>
        {
            var keys = new Dictionary<byte, RootKey> { [1] = forged, [2] = forged };
            await new RingRecord(1, 2, [new RingGeneration(1, _first.Ring.State.Current.Id), new RingGeneration(2, forged.Id)], [RingGrants.ToProcess(replica, 2, forged)]).PutAsync(w, keys);
            return true;
        }, Cancelled);

        await ShouldBeRefusedAsync(ExitStatus.Integrity);
        RingGeneration first = new(1, _first.Ring.State.Current.Id), second = new(2, forged.Id);
        foreach (var (former, status) in new[] { (first, ExitStatus.Integrity), ((RingGeneration?)null, ExitStatus.Unreachable) })
        {
            await _first.Parts.Store.WriteAsync(async w =>
            {
                await new RingRecord(2, 2, [second], [RingGrants.ToProcess(replica, 2, forged)], former).PutAsync(w, new Dictionary<byte, RootKey> { [1] = forged, [2] = forged });
                return true;
            }, Cancelled);
            await ShouldBeRefusedAsync(status);
        }
    }

    [Fact]
    public async Task A_ring_that_is_put_back_lets_nobody_seal_under_the_old_key_again()
    {
        await using var presence = await ReplicaPresence.StartAsync(_first.Parts.Store, _first.Ring, TimeProvider.System, Cancelled);
        await CutShortAsync(2);
        var early = await FindRingAsync();
        await RotateAsync();
        await PutAsync(_first, "a/b/after", "after");
        var late = await FindRingAsync();

        Assert.Equal(RingRecord.Read(late).Epoch, _first.Ring.Take(early).Epoch);
        await PutRingAsync(early);
        Assert.Equal(BrokerFault.Unavailable, (await Assert.ThrowsAsync<BrokerException>(() => PutAsync(_first, "a/b/x", "x"))).Fault);
        await PutRingAsync(late);
        await PutAsync(_first, "a/b/x", "x");
    }

    private async Task<byte[]> FindRingAsync() => (await _first.Parts.Store.ReadAsync(RingRecord.FindAsync, Cancelled))!;

    private Task<bool> PutRingAsync(byte[] ring) => _first.Parts.Store.WriteAsync(
        async w =>
        {
            await w.PutAsync(Collections.Store, "key-ring", ring);
            return true;
        }, Cancelled);

    private async Task ShouldBeRefusedAsync(ExitStatus status)
    {
        Assert.Equal(status, (await Assert.ThrowsAsync<BrokerException>(() => PutAsync(_first, "a/b/x", "x"))).ExitStatus);
        Assert.Equal(status, (await Assert.ThrowsAsync<BrokerException>(() => OpenAsync(Old))).ExitStatus);
    }

    private async Task<BrokerData> ReopenedAsync()
    {
        await _first.DisposeAsync();
        return await OpenAsync(New);
    }

    [Fact]
    public async Task A_backup_made_in_between_is_restored_with_the_new_key()
    {
        await using var presence = await ReplicaPresence.StartAsync(_first.Parts.Store, _first.Ring, TimeProvider.System, Cancelled);
        await CutShortAsync(4);
        await BackupRun.BackupAsync(Settings with { RootKeyFile = New }, _folder.Combine("backup"), TimeProvider.System, Cancelled);
        var elsewhere = Settings with { DataFolder = _folder.Combine("elsewhere"), RootKeyFile = New };
        await BackupRun.RestoreAsync(elsewhere, _folder.Combine("backup"), TimeProvider.System, Cancelled);

        await RotationRun.RunAsync(elsewhere with { RootKeyFile = Old }, New, TimeSpan.Zero, TimeProvider.System, _ => { }, Cancelled);
        await using var restored = await BrokerData.OpenAsync(elsewhere, alone: true, TimeProvider.System, _ => { }, Cancelled);
        Assert.Equal("secret 149", await GetAsync(restored, "a/b/0149"));
        await ShouldBeOfAsync(restored, 2);
    }

    private Task<BrokerData> OpenAsync(string rootKey) => BrokerData.OpenAsync(Settings with { RootKeyFile = rootKey }, alone: false, TimeProvider.System, _ => { }, Cancelled);

    private Task<RotationFacts> RotateAsync() => RotationRun.RunAsync(Settings, New, TimeSpan.FromSeconds(20), TimeProvider.System, _ => { }, Cancelled);

    private async Task<BrokerException?> TryAsync(string to)
    {
        try
        {
            await RotationRun.RunAsync(Settings, to, TimeSpan.Zero, TimeProvider.System, _ => { }, Cancelled);
            return null;
        }
        catch (BrokerException e)
        {
            return e;
        }
    }

    // As if the process that changes it were killed after so many of its transactions.
    private async Task CutShortAsync(int writes)
    {
        await RootKeyOpening.MakeAsync(RootKeyPlace.Parse(New), null, TimeProvider.System, Cancelled);
        await using var data = await OpenAsync(Old);
        using var target = FileRootKey.Open(New);
        data.Ring.Hold(target);
        await Assert.ThrowsAsync<OperationCanceledException>(() => new RootKeyRotation(data.Parts with { Store = new StoppingStore(data.Parts.Store, writes) }, data.Ring, target).RunAsync(TimeSpan.Zero, _ => { }, Cancelled));
    }

    private static Task<bool> PutAsync(BrokerData data, string path, string value) => data.Parts.Store.WriteAsync(
        async w =>
        {
            await PutAsync(data, w, path, value, null);
            return true;
        }, Cancelled);

    private static async ValueTask PutAsync(BrokerData data, IStoreWriter store, string path, string value, DateTimeOffset? expires)
    {
        await store.PutAsync(Collections.Resources, path, data.Parts.Sealer.Seal(Collections.Resources, path, System.Text.Encoding.UTF8.GetBytes(value)), expires);
        await data.Parts.Audit.AppendAsync(store, new AuditEvent(RequestIds.Draw(), "resource.put", AuditOutcome.Allowed, "a test") { Subject = path });
    }

    private static Task<string> GetAsync(BrokerData data, string path) => data.Parts.Store.ReadAsync(
        async r =>
        {
            using var opened = data.Parts.Sealer.Open(Collections.Resources, path, (await r.FindAsync(Collections.Resources, path))!.Value);
            return System.Text.Encoding.UTF8.GetString(opened.Span);
        }, Cancelled);

    private static Task<bool> ShouldBeOfAsync(BrokerData data, byte generation) => data.Parts.Store.ReadAsync(
        async r =>
        {
            foreach (var collection in Collections.Sealed)
            {
                Assert.All(await r.ListAsync(collection, "", null, 10_000), record => Assert.Equal(generation, record.Value[0]));
            }
            Assert.All(await r.ListAsync(Collections.AuditHeads, "", null, 100), head => Assert.Equal(generation, AuditHead.GenerationOf(head.Value)));
            Assert.All(RingRecord.Read((await RingRecord.FindAsync(r))!).Grants, grant => Assert.Equal(generation, grant.Generation)); // nothing of the old key
            return true;
        }, Cancelled);
}
