using System.Globalization;
using System.Text;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Tokens;

namespace Coffer.KeyBroker.Tests.Storage;

// What a transaction is, and what those that come at once do to each other.
public abstract partial class BrokerStoreContract
{
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
}
