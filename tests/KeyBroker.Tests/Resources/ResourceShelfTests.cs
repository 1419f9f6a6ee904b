using System.Text;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Tests.Resources;

public sealed class ResourceShelfTests : IAsyncLifetime
{
    private static readonly ResourcePath Path = ResourcePath.Parse("default/key/1");

    private readonly BrokerFixture _broker = new();
    private readonly RecordSealer _sealer;
    private readonly ResourceShelf _shelf;

    public ResourceShelfTests() => _shelf = new ResourceShelf(_sealer = new RecordSealer(_broker.RootKey));

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _sealer.Dispose();
        return _broker.DisposeAsync();
    }

    [Fact]
    public async Task A_resource_is_kept_sealed_and_found_again()
    {
        var value = "thirty-two bytes of a clear key!"u8.ToArray();
        await PutAsync(value);

        Assert.Equal(value, await ContentAsync(1));
        Assert.Equal([("default/key/1", 32)], (await ListAsync()).Select(h => (h.Path.ToString(), h.Newest.Bytes)));
        foreach (var file in Directory.GetFiles(_broker.Data)) Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf(value));
    }

    [Fact]
    public async Task Every_put_is_a_version_that_keeps_its_content()
    {
        foreach (var text in (string[])["one", "two", "three"]) await PutAsync(Encoding.UTF8.GetBytes(text));

        var head = await HeadAsync();
        Assert.Equal((3, 3), (head!.Current, head.Named));
        Assert.Equal([1, 2, 3], head.Versions.Select(v => v.Number));
        Assert.Equal("one", Encoding.UTF8.GetString(await ContentAsync(1)));
        Assert.Equal("two", Encoding.UTF8.GetString(await ContentAsync(2)));
        Assert.Equal("three", Encoding.UTF8.GetString(await ContentAsync(3)));
    }

    [Fact]
    public async Task A_store_from_before_versions_opens_and_goes_on()
    {
        await PutUnversionedAsync("a/old/1", "old one");
        await PutUnversionedAsync(Path.ToString(), "old");
        await PutUnversionedAsync("z/old/1", "old z");

        Assert.Equal((1, 1, 3), ((await HeadAsync())!.Current, (await HeadAsync())!.Named, (await HeadAsync())!.Newest.Bytes));
        Assert.Equal("old", Encoding.UTF8.GetString(await ContentAsync(1)));
        await PutAsync("new"u8.ToArray());
        Assert.Equal("old", Encoding.UTF8.GetString(await ContentAsync(1)));
        Assert.Equal("new", Encoding.UTF8.GetString(await ContentAsync(2)));
        Assert.Equal(["a/old/1", "default/key/1", "z/old/1"], (await ListAsync()).Select(h => h.Path.ToString()));
        Assert.Equal(["default/key/1", "z/old/1"], (await ListAsync(after: "a/old/1")).Select(h => h.Path.ToString()));
        Assert.Null(await _broker.ReadAsync(r => r.FindAsync(Collections.Resources, Path.ToString())));
    }

    [Fact]
    public async Task A_deleted_path_is_taken_again_only_by_whoever_says_so()
    {
        await PutAsync("one"u8.ToArray());
        await PutAsync("two"u8.ToArray());
        await _broker.WriteAsync(async w =>
        {
            Assert.Equal(2, (await _shelf.DeleteAsync(w, Path, _broker.Clock.GetUtcNow(), "who"))!.Current);
            Assert.Null(await _shelf.DeleteAsync(w, Path, _broker.Clock.GetUtcNow(), "who"));
        });
        Assert.Empty(await _broker.ReadAsync(r => r.ListAsync(Collections.ResourceValues, "", null, 10)));
        Assert.Empty(await ListAsync());

        var refused = await Assert.ThrowsAsync<BrokerException>(() => PutAsync("three"u8.ToArray()));
        Assert.Equal(BrokerFault.Conflict, refused.Fault);
        Assert.Contains("by who", refused.Message, StringComparison.Ordinal);

        await PutAsync("three"u8.ToArray(), put => put with { ReuseDeleted = true });
        Assert.Equal([3], (await HeadAsync())!.Versions.Select(v => v.Number)); // an old name for version 1 never gets what is new
        Assert.Null(await _broker.ReadAsync(r => ResourceShelf.FindTombstoneAsync(r, Path)));
    }

    [Fact]
    public async Task Old_versions_make_room_but_never_those_that_layers_were_wrapped_under()
    {
        await PutAsync([1]);
        await _broker.WriteAsync(async w => await ResourceShelf.SaveAsync(w, (await ResourceShelf.FindAsync(w, Path))! is var head ? head.With(head.Newest with { Wraps = true }) : null!));
        for (var i = 2; i <= ResourceHead.MostVersions; i++) await PutAsync([(byte)i]);
        Assert.Equal(ResourceHead.MostVersions, (await HeadAsync())!.Versions.Count);

        await PutAsync([101]);

        var numbers = (await HeadAsync())!.Versions.Select(v => v.Number).ToList();
        Assert.Equal((ResourceHead.MostVersions, 1, 3, 101), (numbers.Count, numbers[0], numbers[1], numbers[^1]));
        Assert.Equal(ResourceHead.MostVersions, await _broker.ReadAsync(r => r.CountAsync(Collections.ResourceValues)));
        await _broker.WriteAsync(async w =>
        {
            var head = (await ResourceShelf.FindAsync(w, Path))!;
            await ResourceShelf.SaveAsync(w, head with { Versions = [.. head.Versions.Select(v => v with { Wraps = true })] });
        });
        Assert.Equal(BrokerFault.TooMany, (await Assert.ThrowsAsync<BrokerException>(() => PutAsync([102]))).Fault);
        await _broker.WriteAsync(async w => await _shelf.DeleteVersionAsync(w, Path, 3, _broker.Clock.GetUtcNow()));
        await PutAsync([102]);
        Assert.Equal([102], await ContentAsync(102));
    }

    [Fact]
    public async Task The_version_that_is_current_stays()
    {
        await PutAsync([1]);
        await PutAsync([2], put => put with { KeepName = true });
        foreach (var number in (int[])[1, 2])
        {
            Assert.Equal(BrokerFault.Conflict, (await Assert.ThrowsAsync<BrokerException>(() => _broker.WriteAsync(async w => await _shelf.DeleteVersionAsync(w, Path, number, _broker.Clock.GetUtcNow())))).Fault);
        }
        Assert.Equal(BrokerFault.NotFound, (await Assert.ThrowsAsync<BrokerException>(() => _broker.WriteAsync(async w => await _shelf.DeleteVersionAsync(w, Path, 9, _broker.Clock.GetUtcNow())))).Fault);
    }

    [Fact]
    public async Task A_content_moved_to_another_path_or_version_in_the_store_does_not_open()
    {
        await PutAsync("s"u8.ToArray());
        await PutAsync("t"u8.ToArray());
        await _broker.WriteAsync(async w => await w.PutAsync(Collections.ResourceValues, $"{Path}/000002", (await w.FindAsync(Collections.ResourceValues, $"{Path}/000001"))!.Value));
        Assert.Equal(ExitStatus.Integrity, (await Assert.ThrowsAsync<BrokerException>(() => ContentAsync(2))).ExitStatus);
        await _broker.WriteAsync(async w => await w.DeleteAsync(Collections.ResourceValues, $"{Path}/000002"));
        Assert.Equal(BrokerFault.Internal, (await Assert.ThrowsAsync<BrokerException>(() => ContentAsync(2))).Fault);
    }

    [Fact]
    public async Task A_resource_has_at_most_a_mebibyte()
    {
        await PutAsync(new byte[ResourceShelf.MostBytes]);
        Assert.Equal(BrokerFault.BadRequest, (await Assert.ThrowsAsync<BrokerException>(() => PutAsync(new byte[ResourceShelf.MostBytes + 1]))).Fault);
    }

    [Fact]
    public async Task Lists_find_by_prefix_label_and_time()
    {
        var now = _broker.Clock.GetUtcNow();
        await _broker.WriteAsync(async w =>
        {
            await _shelf.PutAsync(w, ResourcePath.Parse("a/k/1"), new byte[1], new ResourcePut(now, null) { Labels = ["team=a", "production"] });
            await _shelf.PutAsync(w, ResourcePath.Parse("a/k/2"), new byte[1], new ResourcePut(now, null) { Labels = ["team=b"], Expires = now.AddDays(1) });
            await _shelf.PutAsync(w, ResourcePath.Parse("b/k/1"), new byte[1], new ResourcePut(now, null));
            await ResourceShelf.SaveAsync(w, (await ResourceShelf.FindAsync(w, ResourcePath.Parse("b/k/1")))! with { Expires = now.AddDays(9) });
        });

        Assert.Equal(["a/k/1", "a/k/2"], await FoundAsync(ResourceSearch.All with { Prefix = "a/" }));
        Assert.Equal(["a/k/1"], await FoundAsync(ResourceSearch.All with { Labels = ["team=a"] }));
        Assert.Equal(["a/k/1", "a/k/2"], await FoundAsync(ResourceSearch.All with { Labels = ["team"] }));
        Assert.Equal(["a/k/1"], await FoundAsync(ResourceSearch.All with { Labels = ["team", "production"] }));
        Assert.Equal(["a/k/2"], await FoundAsync(ResourceSearch.All with { ExpiresBefore = now.AddDays(2) }));
        Assert.Equal(["a/k/2", "b/k/1"], await FoundAsync(ResourceSearch.All with { ExpiresBefore = now.AddDays(10) }));
        Assert.Equal(["a/k/2"], (await ListAsync(after: "a/k/1", most: 1)).Select(h => h.Path.ToString()));
    }

    private async Task<IEnumerable<string>> FoundAsync(ResourceSearch search) => (await _broker.ReadAsync(r => ResourceList.ReadAsync(r, search, null, 100))).Select(h => h.Path.ToString());

    private Task<IReadOnlyList<ResourceHead>> ListAsync(string? after = null, int most = 100) => _broker.ReadAsync(r => ResourceList.ReadAsync(r, ResourceSearch.All, after, most));

    private Task<ResourceHead?> HeadAsync() => _broker.ReadAsync(r => ResourceShelf.FindAsync(r, Path));

    private async Task<byte[]> ContentAsync(int version)
    {
        using var opened = await _broker.ReadAsync(r => _shelf.OpenAsync(r, Path, version));
        return opened.Span.ToArray();
    }

    private Task PutAsync(byte[] value, Func<ResourcePut, ResourcePut>? change = null)
    {
        var put = new ResourcePut(_broker.Clock.GetUtcNow(), "who");
        return _broker.WriteAsync(async w => await _shelf.PutAsync(w, Path, value, change?.Invoke(put) ?? put));
    }

    // As the broker kept a resource before there were versions.
    private Task PutUnversionedAsync(string path, string value) => _broker.WriteAsync(w => w.PutAsync(Collections.Resources, path, _sealer.Seal(Collections.Resources, path, Encoding.UTF8.GetBytes(value))));
}
