using System.Text;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Tests.Audit;

public sealed class AuditTests : IAsyncDisposable
{
    private readonly BrokerFixture _broker = new();
    private readonly AuditLog _log;
    private readonly string _writer;

    public AuditTests()
    {
        _writer = AuditWriter.Of(_broker.Data);
        _log = new AuditLog(_writer, _broker.RootKey, _broker.Clock);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _log.Dispose();
        await _broker.DisposeAsync();
    }

    [Fact]
    public void A_data_folder_keeps_its_writer() => Assert.Equal(_writer, AuditWriter.Of(_broker.Data));

    [Fact]
    public async Task An_entry_is_read_back_as_it_was_written()
    {
        var entry = new AuditEvent("7f3a-1", "resource.release", AuditOutcome.Denied, "host.state is 'revoked', not 'approved'")
        {
            Actor = "host-1",
            Subject = "default/image-kek/1",
            Explanation = new JsonObject { ["allowed"] = false, ["text"] = "<\"é\">" },
        };
        await _broker.WriteAsync(w => _log.AppendAsync(w, entry));

        var read = Assert.Single(await _broker.ReadAsync(r => AuditReader.FindAsync(r, "7f3a-1")));

        Assert.Equal(entry with { Explanation = null }, read.Event with { Explanation = null });
        Assert.True(JsonNode.DeepEquals(entry.Explanation, read.Event.Explanation));
        Assert.Equal((_writer, 1, _broker.Clock.GetUtcNow()), (read.Writer, read.Sequence, read.Time));
        var json = read.ToJson(withExplanation: false);
        Assert.Equal(["seq", "writer", "time", "request_id", "action", "outcome", "reason", "actor", "subject"], json.Select(m => m.Key));
        Assert.Equal("2026-01-02T03:04:05.678Z", (string?)json["time"]);
    }

    [Fact]
    public async Task A_chain_of_many_holds_and_its_head_is_expected_later()
    {
        await AppendAsync(1200);
        var before = await VerifyAsync();
        await AppendAsync(3);

        var after = await VerifyAsync(before.HeadText);

        Assert.Equal(1200, before.Entries);
        Assert.Equal(1203, after.Entries);
        Assert.Equal(_writer, Assert.Single(after.Heads).Writer);
    }

    [Fact]
    public async Task Several_writers_have_a_chain_each()
    {
        await AppendAsync(3);
        using var other = new AuditLog("00000000000000ff", _broker.RootKey, _broker.Clock);
        await _broker.WriteAsync(w => other.AppendAsync(w, Event(0)));

        var verified = await VerifyAsync();

        Assert.Equal(4, verified.Entries);
        Assert.Equal(2, verified.Heads.Count);
        await VerifyAsync(verified.HeadText);
    }

    [Fact]
    public async Task Two_processes_of_one_data_folder_write_one_chain()
    {
        await using var other = KeyBroker.Storage.Sqlite.SqliteStore.Open(_broker.Database, _broker.Clock);
        using var log = new AuditLog(AuditWriter.Of(_broker.Data), _broker.RootKey, _broker.Clock);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? _broker.Store : other).WriteAsync(
            async w =>
            {
                await (i % 2 == 0 ? _log : log).AppendAsync(w, Event(i));
                return true;
            },
            Token)));

        Assert.Equal(40, (await VerifyAsync()).Entries);
    }

    [Fact]
    public async Task An_entry_of_a_transaction_that_failed_is_not_there()
    {
        await AppendAsync(1);
        await Assert.ThrowsAsync<FormatException>(() => _broker.WriteAsync(async w =>
        {
            await _log.AppendAsync(w, Event(2));
            throw new FormatException("of the work's own");
        }));
        await AppendAsync(1);

        Assert.Equal(2, (await VerifyAsync()).Entries);
    }

    [Fact]
    public async Task An_entry_that_was_changed_is_found()
    {
        await AppendAsync(5);
        await ChangeAsync(3, text => text.Replace("reason 2", "reason 9", StringComparison.Ordinal));

        await BrokenAsync("entry 4 does not follow from the one before it");
    }

    [Fact]
    public async Task The_last_entry_changed_is_found()
    {
        await AppendAsync(5);
        await ChangeAsync(5, text => text.Replace("reason 4", "reason 9", StringComparison.Ordinal));

        await BrokenAsync("entry 5 was changed");
    }

    [Fact]
    public async Task An_entry_left_out_is_found()
    {
        await AppendAsync(5);
        await _broker.WriteAsync(async w => await w.DeleteAsync(Collections.Audit, AuditKeys.Entry(_writer, 3)));

        await BrokenAsync("entry 3 is missing");
    }

    [Fact]
    public async Task An_end_cut_off_is_found()
    {
        await AppendAsync(5);
        await _broker.WriteAsync(async w => await w.DeleteAsync(Collections.Audit, AuditKeys.Entry(_writer, 5)));

        await BrokenAsync("entry 5 is missing: the head says that there are 5");
    }

    [Fact]
    public async Task An_end_cut_off_with_a_head_of_their_own_making_is_found()
    {
        await AppendAsync(5);
        var fourth = (await _broker.ReadAsync(r => r.FindAsync(Collections.Audit, AuditKeys.Entry(_writer, 4))))!;
        await _broker.WriteAsync(async w =>
        {
            await w.DeleteAsync(Collections.Audit, AuditKeys.Entry(_writer, 5));
            using var guessed = new KeyBroker.RootKeys.SecretBytes(32);
            await w.PutAsync(Collections.AuditHeads, _writer, new AuditHead(_writer, 4, AuditCodec.Hash(fourth.Value)).Seal(guessed));
        });

        await BrokenAsync("its head was changed");
        await Assert.ThrowsAsync<BrokerException>(() => AppendAsync(1));
    }

    [Theory]
    [InlineData(Collections.AuditHeads, "its head is missing")]
    [InlineData(Collections.Audit, "all of its 5 entries are missing")]
    public async Task A_chain_without_head_and_a_head_without_chain_are_found(string gone, string because)
    {
        await AppendAsync(5);
        await _broker.WriteAsync(async w =>
        {
            foreach (var record in await w.ListAsync(gone, "", null, 100)) await w.DeleteAsync(gone, record.Key);
        });

        await BrokenAsync(because);
    }

    [Fact]
    public async Task A_store_put_back_to_an_older_state_lacks_the_expected_head()
    {
        await AppendAsync(2);
        var old = await SnapshotAsync();
        await AppendAsync(2);
        var expected = (await VerifyAsync()).HeadText;
        await PutBackAsync(old);

        await VerifyAsync();
        await BrokenAsync("was put back: it ends at entry 2, and entry 4 was expected", expected);
        await AppendAsync(2, from: 50);
        await BrokenAsync("entry 4 is another than the expected one", expected);
        await BrokenAsync("is gone", expected.Replace(_writer, "0123456789abcdef", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x:1:2")]
    [InlineData("0123456789abcdef:0:0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0123456789abcdef:-1:0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task An_expected_head_that_is_none_is_refused(string text)
    {
        if (text.Length == 0)
        {
            Assert.Empty(AuditHead.Parse(text));
            return;
        }
        var refused = await Assert.ThrowsAsync<BrokerException>(() => VerifyAsync(text));
        Assert.Equal(BrokerFault.BadRequest, refused.Fault);
    }

    [Fact]
    public async Task Another_root_key_does_not_authenticate_the_head()
    {
        await AppendAsync(1);
        await using var other = new BrokerFixture();
        using var verifier = new AuditVerifier(other.RootKey);

        var broken = await Assert.ThrowsAsync<BrokerException>(() => verifier.VerifyAsync(_broker.Store, null, Token));

        Assert.Equal(ExitStatus.Integrity, broken.ExitStatus);
    }

    [Fact]
    public async Task Lists_are_filtered_and_paged()
    {
        for (var i = 0; i < 30; i++)
        {
            await _broker.WriteAsync(w => _log.AppendAsync(w, new AuditEvent($"r-{i}", i % 2 == 0 ? "host.approve" : "resource.release", i % 3 == 0 ? AuditOutcome.Denied : AuditOutcome.Allowed, "why")
            {
                Actor = i % 5 == 0 ? "host-5" : "token-1",
                Subject = i % 7 == 0 ? "host-5" : null,
            }));
            _broker.Clock.Advance(TimeSpan.FromMinutes(1));
        }
        var begin = _broker.Clock.GetUtcNow() - TimeSpan.FromMinutes(30);

        Assert.Equal(30, (await WalkAsync(new AuditQuery { Most = 7 })).Count);
        Assert.Equal([30, 29, 28], (await WalkAsync(new AuditQuery { Most = 7, NewestFirst = true })).Take(3).Select(e => (int)e.Sequence));
        Assert.Equal(15, (await WalkAsync(new AuditQuery { Action = "host.approve", Most = 4 })).Count);
        Assert.Equal(15, (await WalkAsync(new AuditQuery { Action = "resource." })).Count);
        Assert.Equal(10, (await WalkAsync(new AuditQuery { Outcome = AuditOutcome.Denied })).Count);
        Assert.Equal(10, (await WalkAsync(new AuditQuery { Host = "host-5" })).Count);
        Assert.Equal([3, 4], (await WalkAsync(new AuditQuery { From = begin + TimeSpan.FromMinutes(2), To = begin + TimeSpan.FromMinutes(4) })).Select(e => (int)e.Sequence));
        await Assert.ThrowsAsync<BrokerException>(() => WalkAsync(new AuditQuery { Most = 1001 }));
        await Assert.ThrowsAsync<BrokerException>(() => WalkAsync(new AuditQuery { After = "elsewhere" }));
    }

    [Fact]
    public async Task A_request_is_found_by_the_beginning_of_its_id_where_that_is_enough()
    {
        foreach (var id in new[] { "abcd1", "abcd2", "bcde1" }) await _broker.WriteAsync(w => _log.AppendAsync(w, Event(0) with { RequestId = id }));

        Assert.Equal("bcde1", (await _broker.ReadAsync(r => AuditReader.FindAsync(r, "bcde")))[0].Event.RequestId);
        Assert.Equal(BrokerFault.BadRequest, (await Assert.ThrowsAsync<BrokerException>(() => _broker.ReadAsync(r => AuditReader.FindAsync(r, "abcd")))).Fault);
        Assert.Equal(BrokerFault.NotFound, (await Assert.ThrowsAsync<BrokerException>(() => _broker.ReadAsync(r => AuditReader.FindAsync(r, "bcd")))).Fault);
        Assert.Equal(BrokerFault.BadRequest, (await Assert.ThrowsAsync<BrokerException>(() => _broker.ReadAsync(r => AuditReader.FindAsync(r, "a/b")))).Fault);
    }

    [Fact]
    public async Task What_is_too_long_is_cut_and_what_a_terminal_obeys_is_not_kept()
    {
        var deep = new JsonObject();
        for (var (at, i) = (deep, 0); i < 100; i++)
        {
            var next = new JsonObject();
            at["d"] = next;
            at = next;
        }
        await _broker.WriteAsync(async w =>
        {
            await _log.AppendAsync(w, new AuditEvent("r1", new string('a', 9999), AuditOutcome.Failed, "\u001b[2J" + new string('r', 9999)) { Actor = new string('x', 9999), Subject = new string('s', 9999) });
            await _log.AppendAsync(w, Event(1) with { Explanation = new JsonObject { ["long"] = new string('l', 300_000) } });
            await _log.AppendAsync(w, Event(2) with { Explanation = deep });
        });

        var page = await _broker.ReadAsync(r => AuditReader.ListAsync(r, new AuditQuery()));

        Assert.DoesNotContain('\u001b', page.Entries[0].Event.Reason);
        Assert.Equal(1025, page.Entries[0].Event.Reason.Length);
        Assert.Equal("too long", (string?)page.Entries[1].Event.Explanation!["omitted"]);
        Assert.Equal("nested too deep", (string?)page.Entries[2].Event.Explanation!["omitted"]);
        Assert.Equal(3, (await VerifyAsync()).Entries);
        await Assert.ThrowsAsync<ArgumentException>(() => _broker.WriteAsync(w => _log.AppendAsync(w, Event(3) with { RequestId = "a/b" })));
    }

    [Fact]
    public async Task Of_a_flood_the_first_are_written_and_the_others_counted()
    {
        var gate = new FloodGate(_log, _broker.Clock, most: 3);
        for (var i = 0; i < 50; i++) await gate.WriteAsync(_broker.Store, Event(i) with { Action = "token.refuse" }, Token);
        await gate.WriteAsync(_broker.Store, Event(99) with { Action = "other.refuse" }, Token);
        Assert.Equal(4, (await VerifyAsync()).Entries);

        _broker.Clock.Advance(TimeSpan.FromMinutes(1));
        await gate.WriteAsync(_broker.Store, Event(100) with { Action = "token.refuse" }, Token);
        await gate.FlushAsync(_broker.Store, all: true, Token);

        var entries = (await _broker.ReadAsync(r => AuditReader.ListAsync(r, new AuditQuery()))).Entries;
        Assert.Equal(6, entries.Count);
        Assert.StartsWith("47 more within a minute from 03:04:05 UTC, not written one by one; the last: reason 49", entries[4].Event.Reason, StringComparison.Ordinal);
        Assert.Equal("r-100", entries[5].Event.RequestId);
    }

    [Fact]
    public async Task The_number_of_a_flood_that_ended_is_written_by_a_flush()
    {
        var gate = new FloodGate(_log, _broker.Clock, most: 1);
        for (var i = 0; i < 3; i++) await gate.WriteAsync(_broker.Store, Event(i), Token);
        await gate.FlushAsync(_broker.Store, all: false, Token);
        Assert.Equal(1, (await VerifyAsync()).Entries);

        _broker.Clock.Advance(TimeSpan.FromMinutes(1));
        await gate.FlushAsync(_broker.Store, all: false, Token);
        await gate.FlushAsync(_broker.Store, all: true, Token);

        Assert.Equal(2, (await VerifyAsync()).Entries);
    }

    private static AuditEvent Event(int i) => new($"r-{i}", "test.run", AuditOutcome.Allowed, $"reason {i}");

    private Task AppendAsync(int count, int from = 0) => _broker.WriteAsync(async w =>
    {
        for (var i = 0; i < count; i++) await _log.AppendAsync(w, Event(from + i));
    });

    private async Task<AuditVerification> VerifyAsync(string? expected = null)
    {
        using var verifier = new AuditVerifier(_broker.RootKey);
        return await verifier.VerifyAsync(_broker.Store, expected, Token);
    }

    private async Task BrokenAsync(string because, string? expected = null)
    {
        var broken = await Assert.ThrowsAsync<BrokerException>(() => VerifyAsync(expected));
        Assert.Equal(ExitStatus.Integrity, broken.ExitStatus);
        Assert.Contains(because, broken.Message, StringComparison.Ordinal);
    }

    private async Task<List<AuditEntry>> WalkAsync(AuditQuery query)
    {
        var all = new List<AuditEntry>();
        while (true)
        {
            var page = await _broker.ReadAsync(r => AuditReader.ListAsync(r, query));
            all.AddRange(page.Entries);
            if (page.Next is null) return all;
            query = query with { After = page.Next };
        }
    }

    private Task ChangeAsync(long sequence, Func<string, string> change) => _broker.WriteAsync(async w =>
    {
        var record = (await w.FindAsync(Collections.Audit, AuditKeys.Entry(_writer, sequence)))!;
        var changed = Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(record.Value)));
        Assert.NotEqual(record.Value, changed);
        await w.PutAsync(Collections.Audit, record.Key, changed);
    });

    private Task<List<(string Collection, StoredRecord Record)>> SnapshotAsync() => _broker.ReadAsync(async r =>
    {
        var all = new List<(string, StoredRecord)>();
        foreach (var collection in new[] { Collections.Audit, Collections.AuditHeads })
        {
            foreach (var record in await r.ListAsync(collection, "", null, 1000)) all.Add((collection, record));
        }
        return all;
    });

    private Task PutBackAsync(List<(string Collection, StoredRecord Record)> old) => _broker.WriteAsync(async w =>
    {
        foreach (var record in await w.ListAsync(Collections.Audit, "", null, 1000)) await w.DeleteAsync(Collections.Audit, record.Key);
        foreach (var (collection, record) in old) await w.PutAsync(collection, record.Key, record.Value);
    });
}
