using System.Globalization;
using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Namespaces;

/// <summary>What stands below a namespace, counted from the records themselves in the transaction that adds to it: no counter can drift.</summary>
/// <param name="Resources">How many resources.</param>
/// <param name="Bytes">Of all their versions.</param>
/// <param name="Policies">How many policies of its names.</param>
/// <param name="Hosts">How many hosts that name it, or one within it, and are not revoked.</param>
internal sealed record NamespaceUsage(int Resources, long Bytes, int Policies, long Hosts)
{
    /// <summary>Counts.</summary>
    public static async ValueTask<NamespaceUsage> CountAsync(IStoreReader store, string prefix)
    {
        var heads = await ResourceList.ReadAsync(store, new ResourceSearch(prefix + '/', [], null), null, int.MaxValue).ConfigureAwait(false);
        return new NamespaceUsage(heads.Count, heads.Sum(h => h.Versions.Sum(v => (long)v.Bytes)), await PoliciesAsync(store, prefix).ConfigureAwait(false), await HostsAsync(store, prefix).ConfigureAwait(false));
    }

    /// <summary>Holds the namespaces around a host that was put in this transaction to their quotas. Where it was one of theirs before, nothing is asked.</summary>
    /// <param name="store">The transaction.</param>
    /// <param name="before">The prefix that it named; null for none.</param>
    /// <param name="now">The prefix that it names.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.TooMany"/>: one is exceeded; the transaction is to be given up.</exception>
    public static async ValueTask RequireHostRoomAsync(IStoreReader store, string? before, string? now)
    {
        if (now is null) return;
        foreach (var prefix in NamespacePrefix.Around(now).Except(before is null ? [] : NamespacePrefix.Around(before)))
        {
            if (await NamespaceShelf.FindAsync(store, prefix).ConfigureAwait(false) is not { Quota.Hosts: { } most }) continue;
            if (await HostsAsync(store, prefix).ConfigureAwait(false) > most) throw Exceeded(prefix, "hosts", most);
        }
    }

    /// <summary>Holds the namespaces around a path, to which something was added in this transaction, to their quotas.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.TooMany"/>: one is exceeded; the transaction is to be given up.</exception>
    public static async ValueTask RequireRoomAsync(IStoreReader store, ResourcePath path)
    {
        foreach (var prefix in NamespacePrefix.Of(path))
        {
            if (await NamespaceShelf.FindAsync(store, prefix).ConfigureAwait(false) is not { Quota: { } quota } || (quota.Resources is null && quota.Bytes is null)) continue;
            var usage = await CountAsync(store, prefix).ConfigureAwait(false);
            if (usage.Resources > quota.Resources) throw Exceeded(prefix, "resources", quota.Resources.Value);
            if (usage.Bytes > quota.Bytes) throw Exceeded(prefix, "bytes", quota.Bytes.Value);
        }
    }

    /// <summary>The same for a policy.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.TooMany"/>: a quota is exceeded; the transaction is to be given up.</exception>
    public static async ValueTask RequirePolicyRoomAsync(IStoreReader store, string name)
    {
        foreach (var prefix in NamespacePrefix.OfPolicy(name))
        {
            if (await NamespaceShelf.FindAsync(store, prefix).ConfigureAwait(false) is not { Quota.Policies: { } most }) continue;
            if (await PoliciesAsync(store, prefix).ConfigureAwait(false) > most) throw Exceeded(prefix, "policies", most);
        }
    }

    private static ValueTask<long> HostsAsync(IStoreReader store, string prefix) => store.CountAsync(Collections.HostsByNamespace, prefix + '/');

    private static async ValueTask<int> PoliciesAsync(IStoreReader store, string prefix) =>
        (int)await store.CountAsync(Collections.Policies, NamespacePrefix.PoliciesOf(prefix)).ConfigureAwait(false);

    private static BrokerException Exceeded(string prefix, string what, long most) => new(
        BrokerFault.TooMany, string.Create(CultureInfo.InvariantCulture, $"the namespace {prefix} may have {most} {what}, and would have more"), "delete some, or ask an administrator: coffer broker namespace set");
}
