using System.Text;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Hosts;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Tests.Killed;

/// <summary>That the records of a store agree with one another: no host without what leads to it, no key in the audit that is not there.</summary>
internal static class StoreWalk
{
    public static Task<bool> CheckAsync(BrokerParts parts) => parts.Store.ReadAsync(async s =>
    {
        await HostsAsync(s);
        var resources = await ResourcesAsync(s, new ResourceShelf(parts.Sealer));
        await AuditAsync(s, resources);
        return true;
    }, TestContext.Current.CancellationToken);

    private static async Task HostsAsync(IStoreReader s)
    {
        var hosts = (await AllAsync(s, Collections.Hosts)).ConvertAll(r => HostDocument.Read(r.Value));
        await ShouldBeAsync(s, Collections.HostsByAk, hosts.Select(h => (h.Ak.Name, h.Id)));
        await ShouldBeAsync(s, Collections.HostsByEk, hosts.Select(h => (h.Ek.Fingerprint, h.Id)));
        await ShouldBeAsync(s, Collections.HostsPending, hosts.Where(h => h.State == HostState.Pending).Select(h => (h.Id, h.Id)));
    }

    private static async Task<HashSet<string>> ResourcesAsync(IStoreReader s, ResourceShelf shelf)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        var values = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var head in await ResourceList.ReadAsync(s, ResourceSearch.All, null, int.MaxValue))
        {
            foreach (var version in head.Versions)
            {
                using var opened = await shelf.OpenAsync(s, head.Path, version.Number);
                Assert.Equal(version.Bytes, opened.Length);
                values.Add(FormattableString.Invariant($"{head.Path}/{version.Number:D6}"));
            }
            paths.Add(head.Path.ToString());
        }
        Assert.Equal(values, (await AllAsync(s, Collections.ResourceValues)).Select(r => r.Key));
        return paths;
    }

    private static async Task AuditAsync(IStoreReader s, HashSet<string> resources)
    {
        var requests = new SortedSet<string>(StringComparer.Ordinal);
        var made = new HashSet<string>(StringComparer.Ordinal);
        foreach (var record in await AllAsync(s, Collections.Audit))
        {
            var place = AuditKeys.Parse(record.Key)!.Value;
            var entry = AuditCodec.Read(place.Writer, record.Value)!;
            requests.Add(AuditKeys.Request(entry.Event.RequestId, place.Writer, place.Sequence));
            if (entry.Event is { Action: "key.wrap" or "resource.put", Subject: { } path }) made.Add(path);
        }
        Assert.Equal(requests, (await AllAsync(s, Collections.AuditRequests)).Select(r => r.Key));
        Assert.Empty(made.Except(resources));
        Assert.Empty(resources.Except(made));
    }

    private static async Task ShouldBeAsync(IStoreReader s, string collection, IEnumerable<(string Key, string Host)> expected) => Assert.Equal(
        expected.OrderBy(e => e.Key, StringComparer.Ordinal),
        (await AllAsync(s, collection)).Select(r => (r.Key, Encoding.UTF8.GetString(r.Value))));

    private static async Task<List<StoredRecord>> AllAsync(IStoreReader s, string collection)
    {
        const int page = 1000;
        var all = new List<StoredRecord>();
        while (true)
        {
            var records = await s.ListAsync(collection, "", all.Count == 0 ? null : all[^1].Key, page);
            all.AddRange(records);
            if (records.Count < page) return all;
        }
    }
}
