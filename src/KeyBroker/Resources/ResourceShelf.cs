using System.Globalization;
using Coffer.KeyBroker.Namespaces;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Resources;

/// <summary>
/// Keys and other resources, in versions, each sealed under the root key and bound to its path and number. Works within the caller's
/// transaction.
/// </summary>
/// <param name="sealer">Seals and opens; the caller disposes it.</param>
internal sealed class ResourceShelf(RecordSealer sealer)
{
    /// <summary>The largest content, in bytes: 1 MiB.</summary>
    public const int MostBytes = 1024 * 1024;

    private readonly UnversionedResources _unversioned = new(sealer);

    /// <summary>What is known of a resource; null where there is none.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>: the record is damaged.</exception>
    public static async ValueTask<ResourceHead?> FindAsync(IStoreReader store, ResourcePath path) =>
        await store.FindAsync(Collections.ResourceHeads, path.ToString()).ConfigureAwait(false) is { } record
            ? ResourceHeadRecord.Read(record.Key, record.Value)
            : await UnversionedResources.FindAsync(store, path).ConfigureAwait(false);

    /// <summary>Who deleted the resource that was there; null where none was.</summary>
    public static async ValueTask<ResourceTombstone?> FindTombstoneAsync(IStoreReader store, ResourcePath path) =>
        await store.FindAsync(Collections.ResourceTombstones, path.ToString()).ConfigureAwait(false) is { } record ? ResourceTombstone.Read(record.Value) : null;

    /// <summary>A version's content, which the caller disposes.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: it is not there, or does not verify.</exception>
    public async ValueTask<SecretBytes> OpenAsync(IStoreReader store, ResourcePath path, int version)
    {
        var key = ValueKey(path, version);
        if (await store.FindAsync(Collections.ResourceValues, key).ConfigureAwait(false) is { } record) return sealer.Open(Collections.ResourceValues, key, record.Value);
        return (version == 1 ? await _unversioned.OpenAsync(store, path).ConfigureAwait(false) : null)
            ?? throw new BrokerException(BrokerFault.Internal, string.Create(CultureInfo.InvariantCulture, $"version {version} of {path} is listed and not there"), "it was taken out of the store; restore it from a backup");
    }

    /// <summary>Puts a new version, which is current at once; the first version where there was none.</summary>
    /// <returns>The resource, and the number of the version that made room for the new one, or null.</returns>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: larger than <see cref="MostBytes"/>. <see cref="BrokerFault.Conflict"/>: a
    /// resource was deleted there. <see cref="BrokerFault.TooMany"/>: the path keeps as many versions as it may, and layers are wrapped under all of them.</exception>
    public async ValueTask<(ResourceHead Head, int? Dropped)> PutAsync(IStoreWriter store, ResourcePath path, ReadOnlyMemory<byte> value, ResourcePut put)
    {
        if (value.Length > MostBytes) throw new BrokerException(BrokerFault.BadRequest, $"the resource {path} has {value.Length} bytes, more than the {MostBytes} allowed");
        var present = await ForChangeAsync(store, path).ConfigureAwait(false);
        var last = present?.Current ?? await LeaveTombstoneAsync(store, path, put.ReuseDeleted).ConfigureAwait(false);
        if (last >= ResourceVersion.MostNumber) throw new BrokerException(BrokerFault.TooMany, $"the resource {path} has had {last} versions, as many as there may be", "use another path");
        var version = new ResourceVersion(last + 1, value.Length, put.Now, put.By) { Expires = put.Expires };
        var (kept, dropped) = await MakeRoomAsync(store, present).ConfigureAwait(false);
        var head = new ResourceHead(path, version.Number, put.KeepName && present is not null ? present.Named : version.Number, [.. kept, version])
        {
            Labels = put.Labels ?? present?.Labels ?? [], Expires = present?.Expires,
        };
        var key = ValueKey(path, version.Number);
        await store.PutAsync(Collections.ResourceValues, key, sealer.Seal(Collections.ResourceValues, key, value.Span)).ConfigureAwait(false);
        await SaveAsync(store, head).ConfigureAwait(false);
        await NamespaceUsage.RequireRoomAsync(store, path).ConfigureAwait(false);
        return (head, dropped);
    }

    /// <summary>The resource, to be changed and saved; null where there is none. One from before versions becomes one with a version.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>: what is stored is damaged.</exception>
    public async ValueTask<ResourceHead?> ForChangeAsync(IStoreWriter store, ResourcePath path)
    {
        if (await store.FindAsync(Collections.ResourceHeads, path.ToString()).ConfigureAwait(false) is { } record) return ResourceHeadRecord.Read(record.Key, record.Value);
        if (await _unversioned.OpenAsync(store, path).ConfigureAwait(false) is not { } value) return null;
        using (value)
        {
            var (head, key) = (UnversionedResources.Head(path, value.Length), ValueKey(path, 1));
            await store.PutAsync(Collections.ResourceValues, key, sealer.Seal(Collections.ResourceValues, key, value.Span)).ConfigureAwait(false);
            await SaveAsync(store, head).ConfigureAwait(false);
            await UnversionedResources.RemoveAsync(store, path).ConfigureAwait(false);
            return head;
        }
    }

    /// <summary>Keeps what was changed of a resource.</summary>
    public static ValueTask SaveAsync(IStoreWriter store, ResourceHead head) => store.PutAsync(Collections.ResourceHeads, head.Path.ToString(), ResourceHeadRecord.Write(head));

    /// <summary>Removes a resource with all of its versions, and leaves a tombstone; null where there was none.</summary>
    public async ValueTask<ResourceHead?> DeleteAsync(IStoreWriter store, ResourcePath path, DateTimeOffset now, string? by)
    {
        if (await ForChangeAsync(store, path).ConfigureAwait(false) is not { } head) return null;
        foreach (var version in head.Versions) await store.DeleteAsync(Collections.ResourceValues, ValueKey(path, version.Number)).ConfigureAwait(false);
        await store.DeleteAsync(Collections.ResourceHeads, path.ToString()).ConfigureAwait(false);
        await store.PutAsync(Collections.ResourceTombstones, path.ToString(), new ResourceTombstone(now, by, head.Current).Write()).ConfigureAwait(false);
        return head;
    }

    /// <summary>Removes one version; the others stay.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.NotFound"/>; <see cref="BrokerFault.Conflict"/>: it is the current one, or what the path means and not retired.</exception>
    public async ValueTask<ResourceHead> DeleteVersionAsync(IStoreWriter store, ResourcePath path, int version, DateTimeOffset now)
    {
        var head = await ForChangeAsync(store, path).ConfigureAwait(false);
        if (head?.Find(version) is not { } found) throw new BrokerException(BrokerFault.NotFound, string.Create(CultureInfo.InvariantCulture, $"there is no version {version} of {path}"));
        if (version == head.Current || (version == head.Named && !found.HasRetired(now)))
        {
            var what = version == head.Current ? "is current" : "is the one that the path without a version means";
            throw new BrokerException(BrokerFault.Conflict, string.Create(CultureInfo.InvariantCulture, $"version {version} of {path} {what}"), version == head.Current ? "put another first, or delete the whole resource" : "put another first; or, of a key, let it retire: coffer broker key retire PATH --version N");
        }
        await store.DeleteAsync(Collections.ResourceValues, ValueKey(path, version)).ConfigureAwait(false);
        var left = head with { Versions = [.. head.Versions.Where(v => v.Number != version)] };
        await SaveAsync(store, left).ConfigureAwait(false);
        return left;
    }

    // The number that new versions go on behind.
    private static async ValueTask<int> LeaveTombstoneAsync(IStoreWriter store, ResourcePath path, bool reuse)
    {
        if (await FindTombstoneAsync(store, path).ConfigureAwait(false) is not { } tombstone) return 0;
        if (!reuse) throw new BrokerException(BrokerFault.Conflict, $"the path {path} was that of another resource: {tombstone}", "use another path, or put it with --reuse-deleted (reuse_deleted=true)");
        await store.DeleteAsync(Collections.ResourceTombstones, path.ToString()).ConfigureAwait(false);
        return tombstone.Last;
    }

    private static async ValueTask<(IEnumerable<ResourceVersion> Kept, int? Dropped)> MakeRoomAsync(IStoreWriter store, ResourceHead? present)
    {
        if (present is null || present.Versions.Count < ResourceHead.MostVersions) return (present?.Versions ?? [], null);
        var oldest = present.Versions.FirstOrDefault(v => !v.Wraps && v.Number != present.Named && v.Number != present.Current) ?? throw new BrokerException(
            BrokerFault.TooMany, $"the resource {present.Path} has {ResourceHead.MostVersions} versions, as many as are kept, and layers were wrapped under all of them",
            "delete one that nothing needs any more: coffer broker resource delete PATH --version N");
        await store.DeleteAsync(Collections.ResourceValues, ValueKey(present.Path, oldest.Number)).ConfigureAwait(false);
        return (present.Versions.Where(v => v != oldest), oldest.Number);
    }

    private static string ValueKey(ResourcePath path, int version) => string.Create(CultureInfo.InvariantCulture, $"{path}/{version:D6}");
}
