using System.Globalization;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Wrapping;

/// <summary>
/// Puts a new version of a key in the place of the one that wraps. Older ones are released for a grace time; after that a version has
/// retired, and is released only while an administrator permits it. Works within the caller's transaction.
/// </summary>
/// <param name="shelf">Where the keys stand.</param>
internal sealed class KeyRotation(ResourceShelf shelf)
{
    /// <summary>The grace time where nobody says another.</summary>
    public static TimeSpan UsualGrace { get; } = TimeSpan.FromDays(30);

    /// <summary>Makes the new version. Versions that retire sooner than <paramref name="retires"/> go on doing so.</summary>
    /// <param name="store">The transaction.</param>
    /// <param name="path">The key.</param>
    /// <param name="put">Who, and when.</param>
    /// <param name="retires">From when on the older versions have retired.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.NotFound"/>; <see cref="BrokerFault.BadRequest"/>: it is no key; <see cref="BrokerFault.TooMany"/>: it has as many versions as it may.</exception>
    public async ValueTask<ResourceHead> RotateAsync(IStoreWriter store, ResourcePath path, ResourcePut put, DateTimeOffset retires)
    {
        WrappingKeys.RequireKey(await KeyAsync(store, path).ConfigureAwait(false));
        using var made = WrappingKeys.New();
        var (head, _) = await shelf.PutAsync(store, path, made.Memory, put with { KeepName = true }).ConfigureAwait(false);
        head = head with { Versions = [.. head.Versions.Select(v => v.Number == head.Current ? v : v with { Retires = v.Retires < retires ? v.Retires : retires })] };
        await ResourceShelf.SaveAsync(store, head).ConfigureAwait(false);
        return head;
    }

    /// <summary>Ends or moves the grace time of a version that is not current.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.NotFound"/>; <see cref="BrokerFault.Conflict"/>: it is the current one.</exception>
    public async ValueTask<ResourceHead> RetireAsync(IStoreWriter store, ResourcePath path, int version, DateTimeOffset retires) =>
        await ChangeAsync(store, path, version, v => v with { Retires = retires, PermittedUntil = null }).ConfigureAwait(false);

    /// <summary>Lets policies release a retired version until then; null ends that.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.NotFound"/>; <see cref="BrokerFault.Conflict"/>: it is the current one.</exception>
    public async ValueTask<ResourceHead> PermitAsync(IStoreWriter store, ResourcePath path, int version, DateTimeOffset? until) =>
        await ChangeAsync(store, path, version, v => v with { PermittedUntil = until }).ConfigureAwait(false);

    private async ValueTask<ResourceHead> ChangeAsync(IStoreWriter store, ResourcePath path, int version, Func<ResourceVersion, ResourceVersion> change)
    {
        var head = await KeyAsync(store, path).ConfigureAwait(false);
        if (head.Find(version) is not { } found) throw new BrokerException(BrokerFault.NotFound, string.Create(CultureInfo.InvariantCulture, $"there is no version {version} of {path}"));
        if (version == head.Current) throw new BrokerException(BrokerFault.Conflict, string.Create(CultureInfo.InvariantCulture, $"version {version} of {path} is current"), "coffer broker key rotate PATH puts another in its place");
        var changed = head.With(change(found));
        await ResourceShelf.SaveAsync(store, changed).ConfigureAwait(false);
        return changed;
    }

    private async ValueTask<ResourceHead> KeyAsync(IStoreWriter store, ResourcePath path) =>
        await shelf.ForChangeAsync(store, path).ConfigureAwait(false) ?? throw new BrokerException(BrokerFault.NotFound, $"there is no key {path}");
}
