using System.Text;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Tests.Storage;

// Lists, page by page.
public abstract partial class BrokerStoreContract
{
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
