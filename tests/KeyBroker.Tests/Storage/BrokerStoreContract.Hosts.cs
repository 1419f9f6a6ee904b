using Coffer.Attestation;
using Coffer.KeyBroker.Hosts;
using Coffer.KeyBroker.Namespaces;

namespace Coffer.KeyBroker.Tests.Storage;

// How many hosts a namespace takes, whoever comes at once.
public abstract partial class BrokerStoreContract
{
    [Fact]
    public async Task Of_many_hosts_that_come_at_once_no_more_become_a_namespaces_than_its_quota_says()
    {
        await NamespaceAsync("team-a", hosts: 3);

        var put = await Task.WhenAll(Enumerable.Range(0, 9).Select(i => TryPutAsync(HostOf(i, "namespace=team-a"))));

        Assert.Equal((3, 6), (put.Count(p => p), put.Count(p => !p)));
        Assert.Equal(3, await HostsAsync("team-a"));
        Assert.Equal(3, (await Store.ReadAsync(r => HostRecords.ListAsync(r, null, 100), Token)).Count);
    }

    [Fact]
    public async Task A_host_that_is_revoked_or_becomes_anothers_makes_room_and_one_that_is_there_is_put_again()
    {
        await NamespaceAsync("team-a", hosts: 2);
        var (one, two, three) = (HostOf(1, "namespace=team-a"), HostOf(2, "zone=1", "namespace=team-a"), HostOf(3, "namespace=team-a"));
        Assert.True(await TryPutAsync(one));
        Assert.True(await TryPutAsync(two));
        Assert.False(await TryPutAsync(three));

        await NamespaceAsync("team-a", hosts: 1);
        Assert.True(await TryPutAsync(one with { State = HostState.Approved })); // a quota below what is there takes nothing away
        Assert.True(await TryPutAsync(two with { Labels = [] }));
        Assert.False(await TryPutAsync(three));
        Assert.True(await TryPutAsync(one with { State = HostState.Revoked }));
        Assert.True(await TryPutAsync(three));
        Assert.False(await TryPutAsync(one)); // reinstated
        Assert.Equal(1, await HostsAsync("team-a"));
    }

    [Fact]
    public async Task Both_quotas_of_hosts_hold_where_a_namespace_is_within_another()
    {
        await NamespaceAsync("team-a", hosts: 2);
        await NamespaceAsync("team-a/db", hosts: 1);
        Assert.True(await TryPutAsync(HostOf(1, "namespace=team-a/db")));
        Assert.False(await TryPutAsync(HostOf(2, "namespace=team-a/db")));
        Assert.True(await TryPutAsync(HostOf(3, "namespace=team-a/web"))); // without a quota of its own
        Assert.False(await TryPutAsync(HostOf(4, "namespace=team-a")));
        Assert.True(await TryPutAsync(HostOf(5, "namespace=team-ab")));
        Assert.Equal((2, 1), (await HostsAsync("team-a"), await HostsAsync("team-a/db")));
    }

    private static Host HostOf(int number, params string[] labels) =>
        new($"{number:D32}", HostState.Pending, new HostAk($"ak-{number}", new byte[] { 1 }), new HostEk($"ek-{number}", null), new BootCounters(0, 0, 0, true), DateTimeOffset.UnixEpoch) { Labels = labels };

    private async Task<bool> TryPutAsync(Host host)
    {
        try
        {
            return await Store.WriteAsync(w => Done(HostRecords.PutAsync(w, host)), Token);
        }
        catch (BrokerException e) when (e.Fault == BrokerFault.TooMany)
        {
            return false;
        }
    }

    private async Task<long> HostsAsync(string prefix) => (await Store.ReadAsync(r => NamespaceUsage.CountAsync(r, prefix), Token)).Hosts;

    private Task<bool> NamespaceAsync(string prefix, int hosts) => Store.WriteAsync(
        async w =>
        {
            var made = new Namespace(prefix, [], NamespaceQuota.None with { Hosts = hosts }, Clock.GetUtcNow());
            if (await NamespaceShelf.FindAsync(w, prefix) is { } before) await NamespaceShelf.ReplaceAsync(w, before, made);
            else await NamespaceShelf.CreateAsync(w, made);
            return true;
        }, Token);
}
