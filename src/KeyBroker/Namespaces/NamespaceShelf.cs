using System.Security.Cryptography;
using System.Text;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Namespaces;

/// <summary>Keeps namespaces, and an index of whose they are. Works within the caller's transaction.</summary>
internal static class NamespaceShelf
{
    /// <summary>The most there can be.</summary>
    public const int Most = 1_000;

    /// <summary>The most owners of one, and the most that one can own.</summary>
    public const int MostOwners = 64;

    /// <summary>Makes one.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Conflict"/>: it is there; <see cref="BrokerFault.TooMany"/>.</exception>
    public static async ValueTask CreateAsync(IStoreWriter store, Namespace made)
    {
        if (await store.CountAsync(Collections.Namespaces).ConfigureAwait(false) >= Most) throw new BrokerException(BrokerFault.TooMany, $"there are {Most} namespaces already", "delete some");
        if (!await store.AddAsync(Collections.Namespaces, made.Prefix, made.ToBytes()).ConfigureAwait(false)) throw new BrokerException(BrokerFault.Conflict, $"there is a namespace {made.Prefix} already", "change it: coffer broker namespace set");
        foreach (var owner in made.Owners) await OwnAsync(store, owner, made.Prefix).ConfigureAwait(false);
    }

    /// <summary>Puts a changed one in place of the one that was there.</summary>
    public static async ValueTask ReplaceAsync(IStoreWriter store, Namespace before, Namespace now)
    {
        await store.PutAsync(Collections.Namespaces, now.Prefix, now.ToBytes()).ConfigureAwait(false);
        foreach (var owner in before.Owners.Except(now.Owners)) await store.DeleteAsync(Collections.NamespaceOwners, Key(owner, now.Prefix)).ConfigureAwait(false);
        foreach (var owner in now.Owners.Except(before.Owners)) await OwnAsync(store, owner, now.Prefix).ConfigureAwait(false);
    }

    /// <summary>Ends one. What stands below it stays.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.NotFound"/>.</exception>
    public static async ValueTask<Namespace> DeleteAsync(IStoreWriter store, string prefix)
    {
        var ended = await RequireAsync(store, prefix).ConfigureAwait(false);
        await store.DeleteAsync(Collections.Namespaces, prefix).ConfigureAwait(false);
        foreach (var owner in ended.Owners) await store.DeleteAsync(Collections.NamespaceOwners, Key(owner, prefix)).ConfigureAwait(false);
        return ended;
    }

    public static async ValueTask<Namespace?> FindAsync(IStoreReader store, string prefix) =>
        await store.FindAsync(Collections.Namespaces, prefix).ConfigureAwait(false) is { } record ? Namespace.FromBytes(prefix, record.Value) : null;

    /// <exception cref="BrokerException"><see cref="BrokerFault.NotFound"/>.</exception>
    public static async ValueTask<Namespace> RequireAsync(IStoreReader store, string prefix) =>
        await FindAsync(store, prefix).ConfigureAwait(false) ?? throw new BrokerException(BrokerFault.NotFound, $"there is no namespace {Printable.Of(prefix, 64)}", "coffer broker namespace list shows them");

    public static async ValueTask<IReadOnlyList<Namespace>> ListAsync(IStoreReader store) =>
        [.. (await store.ListAsync(Collections.Namespaces, "", null, Most).ConfigureAwait(false)).Select(r => Namespace.FromBytes(r.Key, r.Value))];

    /// <summary>The prefixes of the namespaces that somebody owns.</summary>
    public static async ValueTask<IReadOnlyList<string>> OwnedAsync(IStoreReader store, string owner) =>
        [.. (await store.ListAsync(Collections.NamespaceOwners, Key(owner, ""), null, MostOwners).ConfigureAwait(false)).Select(r => r.Key[(r.Key.IndexOf('/', StringComparison.Ordinal) + 1)..])];

    private static async ValueTask OwnAsync(IStoreWriter store, string owner, string prefix)
    {
        if ((await OwnedAsync(store, owner).ConfigureAwait(false)).Count >= MostOwners) throw new BrokerException(BrokerFault.TooMany, $"{Printable.Of(owner, 256)} owns {MostOwners} namespaces already");
        await store.PutAsync(Collections.NamespaceOwners, Key(owner, prefix), ReadOnlyMemory<byte>.Empty).ConfigureAwait(false);
    }

    // Hashed: a subject is longer than a key may be, and has slashes.
    private static string Key(string owner, string prefix) => $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(owner)))}/{prefix}";
}
