using System.Security.Cryptography;
using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Access;

/// <summary>The credentials of the administration API in the store: made, found, listed, ended.</summary>
internal sealed class AccessTokens(TimeProvider time)
{
    /// <summary>The most tokens there can be.</summary>
    public const int Most = 10_000;

    // So long a token that has expired is still listed, and its holder told why it is refused.
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(7);

    // Compared with where there is no such token, so that its absence takes as long as a wrong secret.
    private static readonly byte[] Nothing = new byte[SHA256.HashSizeInBytes];

    /// <summary>The most tokens that one may have by logging in, at once.</summary>
    public const int MostLogins = 16;

    /// <summary>Makes a token for somebody who showed another credential: with what that makes of him and in his name, for a while. It is gone once it has expired.</summary>
    /// <returns>Its record, and its text, which is shown once.</returns>
    /// <exception cref="BrokerException"><see cref="BrokerFault.TooMany"/>.</exception>
    public async ValueTask<(AccessToken Token, string Text)> LogInAsync(IStoreWriter store, Caller caller, TimeSpan lifetime)
    {
        var now = time.GetUtcNow();
        var all = await ListAsync(store).ConfigureAwait(false);
        if (all.Count >= Most) throw TooMany();
        if (all.Count(t => t.Subject == caller.Actor && t.Expires > now) >= MostLogins)
        {
            throw new BrokerException(BrokerFault.TooMany, $"{Printable.Of(caller.Actor, 256)} has {MostLogins} tokens by logging in already", "coffer broker logout ends one; they end by themselves within an hour");
        }
        while (true)
        {
            var (text, drawn) = BearerToken.Draw();
            var grants = caller.OfCredential;
            var token = new AccessToken(
                drawn.Id, drawn.Hash, [.. grants.Select(g => g.Role).Distinct()], [.. grants.Where(g => RoleTable.NeedsPaths(g.Role)).SelectMany(g => g.Paths).Select(p => p.Text).Distinct()], now, now + lifetime)
            {
                Subject = caller.Actor, Grants = grants,
            };
            if (await store.AddAsync(Collections.AccessTokens, token.Id, token.ToBytes(), token.Expires).ConfigureAwait(false)) return (token, text);
        }
    }

    /// <summary>Makes a token.</summary>
    /// <returns>Its record, and its text, which is shown once.</returns>
    /// <exception cref="BrokerException"><see cref="BrokerFault.TooMany"/>.</exception>
    public async ValueTask<(AccessToken Token, string Text)> CreateAsync(
        IStoreWriter store, IReadOnlyList<Role> roles, IReadOnlyList<string> paths, TimeSpan? lifetime, string? comment)
    {
        if (await store.CountAsync(Collections.AccessTokens).ConfigureAwait(false) >= Most) throw TooMany();
        while (true)
        {
            var (text, drawn) = BearerToken.Draw();
            if (await AddAsync(store, drawn, roles, paths, lifetime, comment).ConfigureAwait(false) is { } token) return (token, text);
        }
    }

    /// <summary>Adds a token whose text is known already; null where its id is taken.</summary>
    public async ValueTask<AccessToken?> AddAsync(
        IStoreWriter store, BearerToken bearer, IReadOnlyList<Role> roles, IReadOnlyList<string> paths, TimeSpan? lifetime, string? comment)
    {
        var now = time.GetUtcNow();
        var token = new AccessToken(bearer.Id, bearer.Hash, roles, paths, now, now + lifetime) { Comment = comment };
        return await store.AddAsync(Collections.AccessTokens, token.Id, token.ToBytes(), token.Expires + Remembered).ConfigureAwait(false) ? token : null;
    }

    /// <summary>The token that a caller showed.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unauthenticated"/>: unknown, ended, expired, or another secret.</exception>
    public async ValueTask<AccessToken> FindAsync(IStoreReader store, BearerToken shown)
    {
        var record = await store.FindAsync(Collections.AccessTokens, shown.Id).ConfigureAwait(false);
        var token = record is null ? null : AccessToken.FromBytes(record.Key, record.Value);
        if (!CryptographicOperations.FixedTimeEquals(token is null ? Nothing : token.Hash.Span, shown.Hash) || token is null)
        {
            throw new BrokerException(BrokerFault.Unauthenticated, "the access token is not known here", "was it deleted, or made by another broker?");
        }
        if (token.Expires <= time.GetUtcNow()) throw new BrokerException(BrokerFault.Unauthenticated, $"access token {token.Id} has expired", "ask the broker's operator for a new one");
        return token;
    }

    /// <summary>All of them, in the order of their ids.</summary>
    public static async ValueTask<IReadOnlyList<AccessToken>> ListAsync(IStoreReader store)
    {
        var records = await store.ListAsync(Collections.AccessTokens, "", after: null, Most).ConfigureAwait(false);
        return [.. records.Select(r => AccessToken.FromBytes(r.Key, r.Value))];
    }

    /// <summary>Ends a token.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.NotFound"/>.</exception>
    public static async ValueTask DeleteAsync(IStoreWriter store, string id)
    {
        if (!BearerToken.IsId(id) || !await store.DeleteAsync(Collections.AccessTokens, id).ConfigureAwait(false))
        {
            throw new BrokerException(BrokerFault.NotFound, $"there is no access token '{Printable.Of(id, 64)}'", "coffer broker token list shows their ids");
        }
    }

    private static BrokerException TooMany() => new(BrokerFault.TooMany, $"there are {Most} access tokens already", "delete some");
}
