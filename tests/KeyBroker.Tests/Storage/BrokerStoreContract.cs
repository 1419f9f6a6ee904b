using System.Globalization;
using System.Text;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Tokens;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.KeyBroker.Tests.Storage;

/// <summary>What every engine has to keep to; a class for each derives from this.</summary>
public abstract class BrokerStoreContract : IAsyncLifetime
{
    private const string Some = Collections.Policies;

    protected FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    private protected IBrokerStore Store { get; private set; } = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Store = await OpenAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task What_was_put_is_found()
    {
        await PutAsync("a", "1");

        Assert.Equal("1", await FindAsync("a"));
        Assert.Null(await FindAsync("b"));
        Assert.Null(await Store.ReadAsync(r => r.FindAsync(Collections.Hosts, "a"), Token));
    }

    [Fact]
    public async Task A_record_says_until_when_it_counts()
    {
        var until = Clock.GetUtcNow().AddMilliseconds(1234);
        await PutAsync("a", "1");
        await Store.WriteAsync(async w => { await w.PutAsync(Some, "b", "2"u8.ToArray(), until); return true; }, Token);

        var listed = await Store.ReadAsync(r => r.ListAsync(Some, "", null, 10), Token);
        Assert.Equal([null, until], listed.Select(r => r.Expires));
        Assert.Equal(until, (await Store.ReadAsync(r => r.FindAsync(Some, "b"), Token))!.Expires);
    }

    [Fact]
    public async Task A_put_replaces_and_an_add_does_not()
    {
        await PutAsync("a", "1");
        await PutAsync("a", "2");

        Assert.False(await Store.WriteAsync(w => w.AddAsync(Some, "a", "3"u8.ToArray()), Token));
        Assert.Equal("2", await FindAsync("a"));
        Assert.True(await Store.WriteAsync(w => w.AddAsync(Some, "b", "3"u8.ToArray()), Token));
        Assert.Equal("3", await FindAsync("b"));
    }

    [Fact]
    public async Task A_delete_says_whether_there_was_something()
    {
        await PutAsync("a", "1");

        Assert.True(await Store.WriteAsync(w => w.DeleteAsync(Some, "a"), Token));
        Assert.False(await Store.WriteAsync(w => w.DeleteAsync(Some, "a"), Token));
        Assert.Null(await FindAsync("a"));
    }

    [Fact]
    public async Task A_transaction_sees_its_own_writes_and_others_see_them_after_it()
    {
        await Store.WriteAsync(
            async w =>
            {
                await w.PutAsync(Some, "a", "1"u8.ToArray());
                Assert.NotNull(await w.FindAsync(Some, "a"));
                Assert.Equal(1, await w.CountAsync(Some));
                Assert.Null(await FindAsync("a"));
                return true;
            },
            Token);

        Assert.Equal("1", await FindAsync("a"));
    }

    [Fact]
    public async Task Nothing_stays_of_a_transaction_that_throws()
    {
        await PutAsync("a", "1");

        await Assert.ThrowsAsync<FormatException>(() => Store.WriteAsync<bool>(
            async w =>
            {
                await w.PutAsync(Some, "a", "2"u8.ToArray());
                await w.PutAsync(Some, "b", "2"u8.ToArray());
                throw new FormatException("of the work's own");
            },
            Token));

        Assert.Equal("1", await FindAsync("a"));
        Assert.Null(await FindAsync("b"));
        await PutAsync("c", "the next one works");
    }

    [Fact]
    public async Task Of_two_racing_adds_one_wins()
    {
        for (var round = 0; round < 20; round++)
        {
            var key = "race-" + round.ToString(CultureInfo.InvariantCulture);
            var won = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Store.WriteAsync(w => w.AddAsync(Some, key, "x"u8.ToArray()), Token)));
            Assert.Single(won, w => w);
        }
    }

    [Fact]
    public async Task Of_two_brokers_that_rotate_the_key_for_tokens_at_once_one_does()
    {
        using var root = RootKey.Draw("drawn for a test");
        using var sealer = new RecordSealer(root);
        using var audit = new AuditLog("0123456789abcdef", root, Clock);
        using var one = new TokenKeys(Store, new TokenKeyRecords(sealer), audit, Clock);
        using var other = new TokenKeys(Store, new TokenKeyRecords(sealer), audit, Clock);
        await Task.WhenAll(one.EnsureAsync(Token), other.EnsureAsync(Token));
        var first = Assert.Single(await one.ListAsync(Token));
        for (var count = 2; count < 5; count++)
        {
            var origin = new RequestOrigin("request", "operator");
            var won = await Task.WhenAll(new[] { one, other, one, other }.Select(async keys =>
            {
                try
                {
                    await keys.RotateAsync(origin, Token);
                    return true;
                }
                catch (BrokerException e) when (e.Fault == BrokerFault.Conflict)
                {
                    return false;
                }
            }));
            Assert.Single(won, w => w);
            Assert.Equal(count, (await other.ListAsync(Token)).Count);
            Clock.Advance(TokenKeys.Notice);
        }

        Clock.Advance(TokenKeys.MostAge);
        Assert.Single(await one.ListAsync(Token)); // the others' tokens are over long since
        await Task.WhenAll(one.RotateIfDueAsync(Token), other.RotateIfDueAsync(Token));
        Assert.Equal(2, (await one.ListAsync(Token)).Count);
        await Task.WhenAll(one.RevokeAsync(new RequestOrigin("request", "operator"), Token));
        Assert.NotEqual(first.Key.KeyId, Assert.Single(await other.ListAsync(Token)).Key.KeyId);
    }

    [Fact]
    public async Task Many_writes_at_once_are_each_atomic_and_those_that_fail_leave_nothing()
    {
        var wrote = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            try
            {
                return await Store.WriteAsync(
                    async w =>
                    {
                        await w.PutAsync(Some, $"a/{i:D3}", "1"u8.ToArray());
                        if (i % 3 == 0) throw new FormatException("of the work's own");
                        return await w.AddAsync(Some, $"b/{i:D3}", "1"u8.ToArray());
                    },
                    Token);
            }
            catch (FormatException)
            {
                return false;
            }
        }));

        string[] expected = [.. Enumerable.Range(0, 200).Where(i => i % 3 != 0).Select(i => $"{i:D3}")];
        Assert.Equal(expected.Length, wrote.Count(w => w));
        Assert.Equal(expected.Select(e => "a/" + e), await WalkAsync("a/", 50, descending: false));
        Assert.Equal(expected.Select(e => "b/" + e), await WalkAsync("b/", 50, descending: false));
    }

    [Fact]
    public async Task Eight_writers_that_read_and_then_write_lose_nothing()
    {
        const int Writers = 8, Each = 25;
        await PutAsync("n", "0");

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async _ =>
        {
            for (var i = 0; i < Each; i++)
            {
                await Store.WriteAsync(
                    async w =>
                    {
                        var n = int.Parse((await w.FindAsync(Some, "n"))!.Value, CultureInfo.InvariantCulture);
                        await Task.Yield();
                        await w.PutAsync(Some, "n", Encoding.UTF8.GetBytes((n + 1).ToString(CultureInfo.InvariantCulture)));
                        return n;
                    },
                    Token);
            }
        }));

        Assert.Equal((Writers * Each).ToString(CultureInfo.InvariantCulture), await FindAsync("n"));
    }

    [Fact]
    public async Task A_reader_keeps_the_state_that_it_began_with()
    {
        await PutAsync("a", "1");
        await PutAsync("b", "1");
        var written = 0;

        var (a, b) = await Store.ReadAsync(
            async r =>
            {
                var a = (await r.FindAsync(Some, "a"))!;
                if (Interlocked.Exchange(ref written, 1) == 0)
                {
                    await Store.WriteAsync(
                        async w =>
                        {
                            await w.PutAsync(Some, "a", "2"u8.ToArray());
                            await w.PutAsync(Some, "b", "2"u8.ToArray());
                            return true;
                        },
                        Token);
                }
                return (Encoding.UTF8.GetString(a.Value), Encoding.UTF8.GetString((await r.FindAsync(Some, "b"))!.Value));
            },
            Token);

        Assert.Equal(a, b);
        Assert.Equal("2", await FindAsync("b"));
    }

    [Fact]
    public async Task Pages_follow_each_other_in_both_directions()
    {
        string[] keys = ["p/1", "p/10", "p/2", "p/Z", "p/a", "p/é", "p/\U0001f511", "p", "q/1"];
        foreach (var key in keys) await PutAsync(key, key);
        string[] sorted = [.. keys.Where(k => k.StartsWith("p/", StringComparison.Ordinal)).OrderBy(k => Convert.ToHexString(Encoding.UTF8.GetBytes(k)), StringComparer.Ordinal)];

        foreach (var page in new[] { 1, 2, 3, 100 })
        {
            Assert.Equal(sorted, await WalkAsync("p/", page, descending: false));
            Assert.Equal(sorted.Reverse(), await WalkAsync("p/", page, descending: true));
        }
        Assert.Equal(keys.Length, (await WalkAsync("", 4, descending: false)).Count);
        Assert.Equal(keys.Length, (await WalkAsync("", 4, descending: true)).Count);
        Assert.Equal(sorted.Length, await Store.ReadAsync(r => r.CountAsync(Some, "p/"), Token));
        Assert.Empty(await Store.ReadAsync(r => r.ListAsync(Some, "p/", "q", 10), Token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_page_costs_what_is_on_it_however_much_stands_around_it(bool descending)
    {
        const int Around = 20_000;
        await Store.WriteAsync(
            async w =>
            {
                for (var i = 0; i < Around; i++)
                {
                    await w.PutAsync(Some, $"a/{i:D6}", "x"u8.ToArray());
                    await w.PutAsync(Some, $"z/{i:D6}", "x"u8.ToArray());
                }
                await w.PutAsync(Some, "m/1", "x"u8.ToArray());
                await w.PutAsync(Collections.Hosts, "m/1", "x"u8.ToArray());
                return true;
            },
            Token);

        var alone = await PagesAsync(Collections.Hosts, "m/", descending);
        var among = await PagesAsync(Some, "m/", descending);
        var first = await PagesAsync(Some, "", descending, after: "m");

        // Walking over the 20,000 on either side is more than a hundred times as much; a busy machine is not.
        var most = (25 * alone) + TimeSpan.FromSeconds(1);
        Assert.True(among < most && first < most, $"alone {alone}, among others {among}, all from the middle on {first}");
    }

    [Fact]
    public async Task A_record_counts_as_gone_from_its_expiry_on()
    {
        var end = Clock.GetUtcNow() + TimeSpan.FromMinutes(5);
        await Store.WriteAsync(w => Done(w.PutAsync(Some, "a", "1"u8.ToArray(), end)), Token);

        Clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        Assert.Equal("1", await FindAsync("a"));

        Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await FindAsync("a"));
        Assert.Empty(await WalkAsync("", 10, descending: false));
        Assert.Equal(0, await Store.ReadAsync(r => r.CountAsync(Some), Token));
        Assert.True(await Store.WriteAsync(w => w.AddAsync(Some, "a", "2"u8.ToArray()), Token));
        Assert.Equal("2", await FindAsync("a"));
    }

    [Fact]
    public async Task Deleting_what_has_expired_finds_nothing()
    {
        await Store.WriteAsync(w => Done(w.PutAsync(Some, "a", "1"u8.ToArray(), Clock.GetUtcNow())), Token);

        Assert.False(await Store.WriteAsync(w => w.DeleteAsync(Some, "a"), Token));
    }

    [Fact]
    public async Task A_put_without_expiry_takes_an_earlier_one_away()
    {
        await Store.WriteAsync(w => Done(w.PutAsync(Some, "a", "1"u8.ToArray(), Clock.GetUtcNow() + TimeSpan.FromSeconds(1))), Token);
        await PutAsync("a", "2");
        Clock.Advance(TimeSpan.FromDays(1));

        Assert.Equal("2", await FindAsync("a"));
    }

    [Fact]
    public async Task Keys_and_values_have_bounds()
    {
        var longest = new string('k', 512);
        var largest = new byte[16 * 1024 * 1024];
        largest[^1] = 1;
        await Store.WriteAsync(w => Done(w.PutAsync(Some, longest, largest)), Token);

        Assert.Equal(largest, (await Store.ReadAsync(r => r.FindAsync(Some, longest), Token))!.Value);
        foreach (var key in new[] { "", longest + "k", new string('é', 257), "\ud800" })
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => PutAsync(key, "x"));
        }
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.WriteAsync(w => Done(w.PutAsync(Some, "a", new byte[largest.Length + 1])), Token));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.ReadAsync(r => r.ListAsync(Some, "", null, 10_001), Token));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.ReadAsync(r => r.ListAsync(Some, "", null, 0), Token));
    }

    [Fact]
    public async Task An_empty_value_is_a_value()
    {
        await PutAsync("a", "");

        Assert.Equal("", await FindAsync("a"));
    }

    [Fact]
    public async Task A_cancelled_write_leaves_nothing()
    {
        using var cancel = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.WriteAsync(
            async w =>
            {
                await w.PutAsync(Some, "a", "1"u8.ToArray());
                await cancel.CancelAsync();
                return true;
            },
            cancel.Token));

        Assert.Null(await FindAsync("a"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.ReadAsync(r => r.CountAsync(Some), cancel.Token));
    }

    [Fact]
    public async Task A_write_that_waits_for_its_turn_can_be_given_up()
    {
        var begun = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var first = Store.WriteAsync(
            async w =>
            {
                begun.TrySetResult();
                await go.Task;
                return Done(w.PutAsync(Some, "a", "1"u8.ToArray()));
            },
            Token);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.WriteAsync(w => w.AddAsync(Some, "b", "1"u8.ToArray()), cancel.Token));
        go.SetResult();
        await first;

        Assert.Equal("1", await FindAsync("a"));
        Assert.Null(await FindAsync("b"));
    }

    [Fact]
    public async Task A_transaction_that_has_ended_serves_nobody()
    {
        IStoreReader kept = null!;
        await Store.ReadAsync(r => ValueTask.FromResult(kept = r), Token);

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await kept.FindAsync(Some, "a"));
    }

    /// <summary>A fresh store that uses <see cref="Clock"/>.</summary>
    private protected abstract ValueTask<IBrokerStore> OpenAsync();

    protected static async ValueTask<bool> Done(ValueTask work)
    {
        await work;
        return true;
    }

    protected Task PutAsync(string key, string value) => Store.WriteAsync(w => Done(w.PutAsync(Some, key, Encoding.UTF8.GetBytes(value))), Token);

    protected async Task<string?> FindAsync(string key) => await Store.ReadAsync(r => r.FindAsync(Some, key), Token) is { } found ? Encoding.UTF8.GetString(found.Value) : null;

    private async Task<TimeSpan> PagesAsync(string collection, string prefix, bool descending, string? after = null)
    {
        var began = System.Diagnostics.Stopwatch.StartNew();
        for (var i = 0; i < 1000; i++) Assert.NotEmpty(await Store.ReadAsync(r => r.ListAsync(collection, prefix, after, 10, descending), Token));
        return began.Elapsed;
    }

    private async Task<List<string>> WalkAsync(string prefix, int page, bool descending)
    {
        var all = new List<string>();
        string? after = null;
        while (true)
        {
            var from = after;
            var some = await Store.ReadAsync(r => r.ListAsync(Some, prefix, from, page, descending), Token);
            all.AddRange(some.Select(s => s.Key));
            if (some.Count < page) return all;
            after = some[^1].Key;
        }
    }
}
