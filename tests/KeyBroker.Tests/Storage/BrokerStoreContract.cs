using System.Text;
using Coffer.KeyBroker.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.KeyBroker.Tests.Storage;

/// <summary>What every engine has to keep to; a class for each derives from this.</summary>
public abstract partial class BrokerStoreContract : IAsyncLifetime
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

    /// <summary>A fresh store that uses <see cref="Clock"/>.</summary>
    private protected abstract ValueTask<IBrokerStore> OpenAsync();

    protected static async ValueTask<bool> Done(ValueTask work)
    {
        await work;
        return true;
    }

    protected Task PutAsync(string key, string value) => Store.WriteAsync(w => Done(w.PutAsync(Some, key, Encoding.UTF8.GetBytes(value))), Token);

    protected async Task<string?> FindAsync(string key) => await Store.ReadAsync(r => r.FindAsync(Some, key), Token) is { } found ? Encoding.UTF8.GetString(found.Value) : null;
}
