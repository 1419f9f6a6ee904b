using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.Jose;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Audit.Checkpoints;
using Coffer.KeyBroker.Audit.Offline;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Audit;

/// <summary>Checkpoints, and exports that are verified with the public key alone.</summary>
public sealed class CheckpointTests : IAsyncDisposable
{
    private const string Other = "fedcba9876543210";

    private readonly BrokerFixture _broker = new();
    private readonly RecordSealer _sealer;
    private readonly AuditLog _log;
    private readonly AuditLog _second;
    private readonly AuditCheckpoints _checkpoints;

    public CheckpointTests()
    {
        _sealer = new RecordSealer(_broker.RootKey);
        _log = new AuditLog(AuditWriter.Of(_broker.Data), _broker.RootKey, _broker.Clock);
        _second = new AuditLog(Other, _broker.RootKey, _broker.Clock);
        _checkpoints = new AuditCheckpoints(_broker.Store, _broker.RootKey, _sealer, _log, _broker.Clock);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static RequestOrigin Origin => new("r-1", "token-1");

    public async ValueTask DisposeAsync()
    {
        _log.Dispose();
        _second.Dispose();
        _sealer.Dispose();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Checkpoints_are_numbered_linked_and_signed_by_one_key_that_the_audit_knows_of()
    {
        await AppendAsync(_log, 3);
        await AppendAsync(_second, 2);
        var first = await _checkpoints.MakeAsync(Origin, Token);
        Assert.Equal((1, null), (first.Statement.Number, first.Statement.Previous));
        Assert.Equal([4, 2], first.Statement.Heads.OrderByDescending(h => h.Sequence).Select(h => h.Sequence)); // the key's making is an entry
        Assert.Equal(first.Text, (await _checkpoints.MakeAsync(Origin, Token)).Text); // nothing new to vouch for
        await AppendAsync(_second, 1);
        var second = await _checkpoints.MakeAsync(Origin, Token);
        Assert.Equal((2, AuditCheckpoint.HashOf(first.Text)), (second.Statement.Number, second.Statement.Previous));

        using var key = await _checkpoints.PublicKeyAsync(Origin, Token);
        Assert.False(key.HasPrivateKey);
        Assert.Equal(3, AuditCheckpoint.Open(second.Text, key).Heads.Single(h => h.Writer == Other).Sequence);
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var wrong = Jwk.FromEllipticCurve(stranger.ExportParameters(false));
        Assert.Throws<JoseException>(() => AuditCheckpoint.Open(second.Text, wrong));
        Assert.Single(await _broker.ReadAsync(r => AuditReader.FindAsync(r, "r-1")), e => e.Event.Action == "audit-key.create" && e.Event.Subject == key.KeyId);
    }

    [Fact]
    public async Task One_is_due_when_the_last_is_old_and_something_happened()
    {
        await AppendAsync(_log, 1);
        await DueAsync();
        await AppendAsync(_log, 1);
        _broker.Clock.Advance(TimeSpan.FromMinutes(59));
        await DueAsync();
        Assert.Equal(1, await CountAsync());
        _broker.Clock.Advance(TimeSpan.FromMinutes(1));
        await DueAsync();
        Assert.Equal(2, await CountAsync());
        _broker.Clock.Advance(TimeSpan.FromHours(9));
        await DueAsync();
        Assert.Equal(2, await CountAsync()); // nothing happened
        await AppendAsync(_log, 1);
        _broker.Clock.Set(TimeSpan.FromHours(-20)); // the clock was set back
        await DueAsync();
        Assert.Equal(3, await CountAsync());
    }

    [Fact]
    public async Task A_head_that_no_broker_wrote_is_not_signed()
    {
        await AppendAsync(_log, 2);
        await _broker.WriteAsync(async w =>
        {
            var head = (await w.ListAsync(Collections.AuditHeads, "", null, 1))[0];
            await w.PutAsync(Collections.AuditHeads, head.Key, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(head.Value).Replace("\"seq\":2", "\"seq\":1", StringComparison.Ordinal)));
        });
        Assert.Equal(ExitStatus.Integrity, (await Assert.ThrowsAsync<BrokerException>(() => _checkpoints.MakeAsync(Origin, Token))).ExitStatus);
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task An_export_holds_and_each_change_of_it_does_not()
    {
        var lines = await ExportAsync();
        var key = await KeyAsync();
        var found = await VerifyAsync(lines, key);
        Assert.Equal((12, 2, 0, 3), (found.Entries, found.Chains, found.From, found.To));

        for (var i = 0; i < lines.Count; i++)
        {
            await BrokenAsync([.. lines[..i], .. lines[(i + 1)..]], key, $"without line {i + 1}");
            if (i > 0) await BrokenAsync(lines[..i], key, $"cut in front of line {i + 1}");
            if (i > 0) await BrokenAsync([.. lines[..i], lines[i], lines[i], .. lines[(i + 1)..]], key, $"line {i + 1} twice");
            await BrokenAsync([.. lines[..i], lines[i].Replace("why", "wHy", StringComparison.Ordinal) is var changed && changed != lines[i] ? changed : lines[i][..^9], .. lines[(i + 1)..]], key, $"line {i + 1} changed");
            if (i > 0 && i + 1 < lines.Count) await BrokenAsync([.. lines[..i], lines[i + 1], lines[i], .. lines[(i + 2)..]], key, $"line {i + 1} and the next exchanged");
        }
    }

    [Fact]
    public async Task What_was_written_anew_with_all_hashes_right_contradicts_the_signature()
    {
        var lines = await ExportAsync();
        var chain = lines.Where(l => l.Contains($"\"writer\":\"{Other}\"", StringComparison.Ordinal) && l.Contains("\"kind\":\"entry\"", StringComparison.Ordinal)).ToList();
        var previous = AuditCodec.Beginning(Other);
        var forged = chain.ConvertAll(l =>
        {
            var json = JsonNode.Parse(l)!;
            var entry = AuditCodec.Read(Other, Encoding.UTF8.GetBytes((string)json["entry"]!))!;
            var bytes = AuditCodec.Write(entry with { Previous = previous, Event = entry.Event with { Reason = "another reason" } });
            previous = AuditCodec.Hash(bytes);
            json["entry"] = Encoding.UTF8.GetString(bytes);
            return JsonText.Of(json);
        });
        var e = await BrokenAsync([.. lines.Select(l => chain.IndexOf(l) is >= 0 and var at ? forged[at] : l)], await KeyAsync(), "written anew");
        Assert.Contains("checkpoint names", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entry_behind_the_last_checkpoint_is_vouched_for_by_nobody()
    {
        var lines = await ExportAsync();
        await AppendAsync(_second, 1);
        var behind = await EntriesAsync(Other);
        var e = await BrokenAsync([.. lines, behind[^1]], await KeyAsync(), "an entry more");
        Assert.Contains("nothing vouches", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task An_export_may_begin_at_a_checkpoint(long from)
    {
        var lines = await ExportAsync(from);
        var key = await KeyAsync();
        var found = await VerifyAsync(lines, key);
        Assert.Equal((from, 3), (found.From, found.To));
        for (var i = 1; i < lines.Count; i++) await BrokenAsync([.. lines[..i], .. lines[(i + 1)..]], key, $"without line {i + 1}");
    }

    [Fact]
    public async Task What_was_cut_together_with_its_checkpoints_shows_where_a_checkpoint_is_expected()
    {
        var whole = await ExportAsync();
        var key = await KeyAsync();
        Assert.Equal(3, (await VerifyAsync(whole, key, least: 3)).To);
        await Assert.ThrowsAsync<BrokerException>(() => VerifyAsync(whole, key, least: 4));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"v":2,"kind":"export","from":0}""")]
    [InlineData("""{"v":1,"kind":"export","from":0}""")]
    [InlineData("""{"v":1,"kind":"export","from":-1}""")]
    [InlineData("""{"v":1,"kind":"entry"}""")]
    public async Task What_is_no_export_is_told(string text)
    {
        await AppendAsync(_log, 1);
        Assert.Equal(ExitStatus.Integrity, (await Assert.ThrowsAsync<BrokerException>(async () => await VerifyAsync([text], await KeyAsync()))).ExitStatus);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")]
    public async Task What_is_no_key_is_wrong_usage(string key) =>
        Assert.Equal(ExitStatus.Usage, (await Assert.ThrowsAsync<CofferException>(() => VerifyAsync(["{}"], Encoding.UTF8.GetBytes(key)))).ExitStatus);

    [Fact]
    public async Task Exports_from_outside_are_verified_or_refused()
    {
        var export = Encoding.UTF8.GetBytes(string.Join('\n', await ExportAsync()));
        var key = await KeyAsync();
        Fuzzing.Run("audit export", [export], (input, _) =>
        {
            try
            {
                OfflineAudit.VerifyAsync(new MemoryStream(input.ToArray()), key, null, CancellationToken.None).GetAwaiter().GetResult();
            }
            catch (BrokerException e)
            {
                Assert.Equal(ExitStatus.Integrity, e.ExitStatus);
            }
        });
    }

    private static async Task<OfflineAuditResult> VerifyAsync(IEnumerable<string> lines, byte[] key, long? least = null)
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n"))));
        return await OfflineAudit.VerifyAsync(file, key, least, Token);
    }

    private static async Task<BrokerException> BrokenAsync(IReadOnlyList<string> lines, byte[] key, string what)
    {
        try
        {
            await VerifyAsync(lines, key);
        }
        catch (BrokerException e)
        {
            Assert.Equal(ExitStatus.Integrity, e.ExitStatus);
            return e;
        }
        throw new Xunit.Sdk.XunitException($"an export {what} holds");
    }

    // Three checkpoints over two chains: 1 after three and two entries, 2 after three more of one, 3 after one more of each and two requests.
    private async Task<List<string>> ExportAsync(long from = 0)
    {
        await AppendAsync(_log, 2);
        await AppendAsync(_second, 2);
        await _checkpoints.MakeAsync(Origin, Token);
        await AppendAsync(_log, 3);
        await _checkpoints.MakeAsync(Origin, Token);
        await AppendAsync(_log, 2);
        await AppendAsync(_second, 2);
        var last = await _checkpoints.MakeAsync(Origin, Token);
        var checkpoints = await _broker.ReadAsync(r => AuditCheckpoints.ListAsync(r, 0, 10));
        var begin = checkpoints.SingleOrDefault(c => c.Statement.Number == from);
        List<string> lines = [ExportFile.Header(from, last.Statement.Number, _broker.Clock.GetUtcNow())];
        lines.AddRange(checkpoints.Where(c => c.Statement.Number >= from).Select(c => JsonText.Of(ExportLine.Of(c))));
        foreach (var head in last.Statement.Heads)
        {
            var behind = begin?.Statement.Heads.Single(h => h.Writer == head.Writer).Sequence ?? 0;
            lines.AddRange((await EntriesAsync(head.Writer)).Skip((int)behind));
        }
        return lines;
    }

    private async Task<List<string>> EntriesAsync(string writer) =>
        [.. (await _broker.ReadAsync(r => r.ListAsync(Collections.Audit, writer + "/", null, 100))).Select(r => JsonText.Of(ExportLine.Of(writer, r)))];

    private async Task<byte[]> KeyAsync()
    {
        using var key = await _checkpoints.PublicKeyAsync(Origin, Token);
        return Encoding.ASCII.GetBytes(PemEncoding.WriteString("PUBLIC KEY", key.ExportSubjectPublicKeyInfo()));
    }

    private Task AppendAsync(AuditLog log, int count) => _broker.WriteAsync(async w =>
    {
        for (var i = 0; i < count; i++) await log.AppendAsync(w, new AuditEvent("r-2", "test.do", AuditOutcome.Allowed, $"why {i} \"é\u2028") { Explanation = new JsonObject { ["a"] = "\u0001 <&>" } });
    });

    private Task DueAsync() => _checkpoints.MakeDueAsync(TimeSpan.FromHours(1), Origin, Token);

    private Task<long> CountAsync() => _broker.ReadAsync(r => r.CountAsync(Collections.AuditCheckpoints));
}
