using System.Security.Cryptography;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Wrapping;

/// <summary>Keys that wrap: resources of 32 bytes, of which the current version wraps. Works within the caller's transaction.</summary>
/// <param name="shelf">Where they stand.</param>
internal sealed class WrappingKeys(ResourceShelf shelf)
{
    /// <summary>A key's size: AES-256.</summary>
    public const int KeyBytes = 32;

    /// <summary>The key that wraps at that path, made where it is not there.</summary>
    /// <param name="store">The transaction.</param>
    /// <param name="path">Where.</param>
    /// <param name="version">The version that was named; null for the current one.</param>
    /// <param name="isTrial">Then nothing is made or put down: a key of the moment stands for one that is not there.</param>
    /// <param name="put">Who makes it, and when.</param>
    /// <returns>The key, which the caller disposes; its version; whether it is new.</returns>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: what stands there is no key, or another version is current;
    /// <see cref="BrokerFault.Conflict"/>: a key was deleted there; <see cref="BrokerFault.Denied"/>: it has expired.</exception>
    public async ValueTask<(SecretBytes Key, int Version, bool IsNew)> FindAsync(IStoreWriter store, ResourcePath path, int? version, bool isTrial, ResourcePut put)
    {
        if (await ResourceShelf.FindAsync(store, path).ConfigureAwait(false) is not { } head) return await MakeAsync(store, path, version, isTrial, put).ConfigureAwait(false);
        Check(head, version, put.Now);
        if (!isTrial && !head.Newest.Wraps)
        {
            head = await shelf.ForChangeAsync(store, path).ConfigureAwait(false) ?? head;
            await ResourceShelf.SaveAsync(store, head.With(head.Newest with { Wraps = true })).ConfigureAwait(false);
        }
        return (await shelf.OpenAsync(store, path, head.Current).ConfigureAwait(false), head.Current, false);
    }

    /// <summary>32 random bytes, which the caller disposes.</summary>
    public static SecretBytes New()
    {
        var made = new SecretBytes(KeyBytes);
        RandomNumberGenerator.Fill(made.Span);
        return made;
    }

    /// <summary>That what stands there is a key.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: it is none.</exception>
    public static void RequireKey(ResourceHead head)
    {
        if (head.Newest.Bytes != KeyBytes) throw new BrokerException(BrokerFault.BadRequest, $"the resource {head.Path} is no key of {KeyBytes} bytes", "name another");
    }

    private static void Check(ResourceHead head, int? version, DateTimeOffset now)
    {
        RequireKey(head);
        if (version is { } named && named != head.Current)
        {
            throw new BrokerException(BrokerFault.BadRequest, FormattableString.Invariant($"version {named} of {head.Path} wraps no more: version {head.Current} is current"), "leave the version out");
        }
        if (VersionChoice.Of(head, head.Current, now).Refusal is { } why) throw new BrokerException(BrokerFault.Denied, $"nothing is wrapped under {head.Path}: {why}", "coffer broker key rotate PATH makes a new version");
    }

    private async ValueTask<(SecretBytes Key, int Version, bool IsNew)> MakeAsync(IStoreWriter store, ResourcePath path, int? version, bool isTrial, ResourcePut put)
    {
        if (version is { } named) throw new BrokerException(BrokerFault.NotFound, FormattableString.Invariant($"there is no version {named} of {path}"), "leave the version out, and the key is made");
        if (await ResourceShelf.FindTombstoneAsync(store, path).ConfigureAwait(false) is { } gone) throw new BrokerException(BrokerFault.Conflict, $"there is no key {path} any more: {gone}", "name another");
        var made = New();
        if (isTrial) return (made, 1, true);
        try
        {
            var (head, _) = await shelf.PutAsync(store, path, made.Memory, put).ConfigureAwait(false);
            await ResourceShelf.SaveAsync(store, head.With(head.Newest with { Wraps = true })).ConfigureAwait(false);
            return (made, head.Current, true);
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }
}
