using System.Text;
using Coffer.KeyBroker.Namespaces;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Hosts;

/// <summary>Hosts in the store, with the records by which they are found. All of it within the caller's transaction.</summary>
internal static class HostRecords
{
    public static async ValueTask<Host?> FindAsync(IStoreReader store, string id) =>
        await store.FindAsync(Collections.Hosts, id).ConfigureAwait(false) is { } record ? HostDocument.Read(record.Value) : null;

    public static ValueTask<Host?> FindByAkAsync(IStoreReader store, string akName) => FindByAsync(store, Collections.HostsByAk, akName);

    public static ValueTask<Host?> FindByEkAsync(IStoreReader store, string fingerprint) => FindByAsync(store, Collections.HostsByEk, fingerprint);

    public static async ValueTask<IReadOnlyList<Host>> ListAsync(IStoreReader store, string? after, int most) =>
        [.. (await store.ListAsync(Collections.Hosts, "", after, most).ConfigureAwait(false)).Select(r => HostDocument.Read(r.Value))];

    public static ValueTask<long> CountPendingAsync(IStoreReader store) => store.CountAsync(Collections.HostsPending);

    /// <summary>Puts a host; the attestation key that it had before no longer leads to it.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.TooMany"/>: a namespace that it is new in may have no more; the transaction is to be given up.</exception>
    public static async ValueTask PutAsync(IStoreWriter store, Host host) => await PutAsync(store, host, await FindAsync(store, host.Id).ConfigureAwait(false)).ConfigureAwait(false);

    /// <summary>The same in place of what was read in this transaction; null for a new one.</summary>
    public static async ValueTask PutAsync(IStoreWriter store, Host host, Host? before)
    {
        var id = Encoding.UTF8.GetBytes(host.Id);
        if (before is not null && before.Ak.Name != host.Ak.Name) await store.DeleteAsync(Collections.HostsByAk, before.Ak.Name).ConfigureAwait(false);
        await store.PutAsync(Collections.Hosts, host.Id, HostDocument.Write(host)).ConfigureAwait(false);
        if (before is null || before.Ak.Name != host.Ak.Name) await store.PutAsync(Collections.HostsByAk, host.Ak.Name, id).ConfigureAwait(false);
        if (before is null) await store.PutAsync(Collections.HostsByEk, host.Ek.Fingerprint, id).ConfigureAwait(false);
        await PutInNamespaceAsync(store, before?.Namespace, host).ConfigureAwait(false);
        if (before?.State == host.State) return;
        if (host.State == HostState.Pending) await store.PutAsync(Collections.HostsPending, host.Id, id).ConfigureAwait(false);
        else await store.DeleteAsync(Collections.HostsPending, host.Id).ConfigureAwait(false);
    }

    private static async ValueTask PutInNamespaceAsync(IStoreWriter store, string? before, Host host)
    {
        var now = host.Namespace;
        if (before == now) return;
        if (before is not null) await store.DeleteAsync(Collections.HostsByNamespace, $"{before}/{host.Id}").ConfigureAwait(false);
        if (now is not null) await store.PutAsync(Collections.HostsByNamespace, $"{now}/{host.Id}", ReadOnlyMemory<byte>.Empty).ConfigureAwait(false);
        await NamespaceUsage.RequireHostRoomAsync(store, before, now).ConfigureAwait(false);
    }

    private static async ValueTask<Host?> FindByAsync(IStoreReader store, string collection, string key) =>
        await store.FindAsync(collection, key).ConfigureAwait(false) is { } record
            ? await FindAsync(store, Encoding.UTF8.GetString(record.Value)).ConfigureAwait(false)
                ?? throw new BrokerException(BrokerFault.Internal, "a host that is named in the store is not there")
            : null;
}
