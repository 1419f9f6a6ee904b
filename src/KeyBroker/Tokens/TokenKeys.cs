using System.Text.Json.Nodes;
using Coffer.Jose;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Hosting;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Tokens;

/// <summary>
/// The keys that sign attestation tokens, shared by all brokers of a store. A new one is published before it signs, and an old one
/// stays published as long as a token of it may live, so that nobody who caches the set meets a token that he cannot check.
/// </summary>
internal sealed class TokenKeys(IBrokerStore store, TokenKeyRecords records, IAuditLog audit, TimeProvider time) : IDisposable
{
    /// <summary>How long a key is published before it signs.</summary>
    public static TimeSpan Notice { get; } = TimeSpan.FromMinutes(10);

    /// <summary>The longest life of a token.</summary>
    public static TimeSpan LongestToken { get; } = TimeSpan.FromHours(1);

    /// <summary>How old a key gets that nobody rotates.</summary>
    public static TimeSpan MostAge { get; } = TimeSpan.FromDays(90);

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2); // between looks for a key that is not known, which anybody can name

    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile Snapshot? _snapshot;

    /// <summary>The key that signs now; made where there is none yet.</summary>
    public async Task<TokenKey> SigningKeyAsync(CancellationToken cancellationToken)
    {
        var keys = await KeysAsync(Fresh, cancellationToken).ConfigureAwait(false);
        return Signing(keys) ?? Signing(await LoadAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false)) ?? throw new BrokerException(BrokerFault.Internal, "no key signs tokens");
    }

    /// <summary>One of our keys, with its private half, which stays ours to dispose; or null.</summary>
    public async Task<Jwk?> FindAsync(string kid, CancellationToken cancellationToken)
    {
        var keys = await KeysAsync(Fresh, cancellationToken).ConfigureAwait(false);
        return Find(keys, kid) ?? Find(await KeysAsync(Pause, cancellationToken).ConfigureAwait(false), kid);
    }

    /// <summary>The JSON Web Key Set (RFC 7517 section 5) of all of them.</summary>
    public async Task<byte[]> PublicSetAsync(CancellationToken cancellationToken)
    {
        var set = new JsonArray();
        foreach (var key in await KeysAsync(Fresh, cancellationToken).ConfigureAwait(false))
        {
            var jwk = JsonNode.Parse(key.Key.ToPublicJson())!.AsObject();
            jwk["use"] = "sig";
            set.Add((JsonNode)jwk);
        }
        return JsonText.Utf8(new JsonObject { ["keys"] = set });
    }

    /// <summary>Reads the keys, and makes the first where there is none: replicas that start know it before any of them signs with it.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: the store cannot be used.</exception>
    public Task EnsureAsync(CancellationToken cancellationToken) => SigningKeyAsync(cancellationToken);

    /// <summary>All keys, the newest first, as the store has them now.</summary>
    public async Task<IReadOnlyList<TokenKey>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await LoadAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false)).OrderByDescending(k => k.Signs)];

    /// <summary>Makes a new key; it signs after <see cref="Notice"/>, and the one before it stays as long as its tokens may live.</summary>
    /// <returns>The new key's id, and from when on it signs.</returns>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Conflict"/>: the newest does not sign yet, so that of several who rotate at once one does.</exception>
    public Task<(string Id, DateTimeOffset Signs)> RotateAsync(RequestOrigin origin, CancellationToken cancellationToken) =>
        ChangeAsync(origin, "a new key signs tokens soon", async (s, now) =>
        {
            var old = await records.ReadAsync(s).ConfigureAwait(false);
            // One that signs later than any made now is of a clock that was ahead.
            if (old.FirstOrDefault(k => k.Signs > now && k.Signs <= now + Notice) is { } next)
            {
                throw new BrokerException(BrokerFault.Conflict, $"a new key was made already, and signs from {next.Signs:HH:mm:ss} UTC on", "nothing is to be done; revoking ends all older keys at once");
            }
            if (old.Count >= TokenKeyRecords.Most) throw new BrokerException(BrokerFault.TooMany, $"there are {TokenKeyRecords.Most} keys for tokens already", "wait until the old ones have gone");
            // Those before the one that signs have their end already.
            var signing = Signing(old);
            foreach (var key in old.Where(k => signing is null || k.Signs >= signing.Signs)) await records.PutAsync(s, key, now + Notice + LongestToken + Fresh).ConfigureAwait(false);
            return now + Notice;
        }, cancellationToken);

    /// <summary>Makes a new key that signs at once, and ends all others with the tokens that they signed: for a key that somebody else may have.</summary>
    /// <returns>The new key's id, and from when on it signs.</returns>
    public Task<(string Id, DateTimeOffset Signs)> RevokeAsync(RequestOrigin origin, CancellationToken cancellationToken) =>
        ChangeAsync(origin, "all older keys for tokens were ended", async (s, now) =>
        {
            foreach (var key in await records.ReadAsync(s).ConfigureAwait(false)) await TokenKeyRecords.DeleteAsync(s, key).ConfigureAwait(false);
            return now;
        }, cancellationToken);

    /// <summary>Rotates where the newest key is older than <see cref="MostAge"/>; to be called now and then. Of several replicas one does.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: the store cannot be used.</exception>
    public async Task RotateIfDueAsync(CancellationToken cancellationToken)
    {
        var keys = await KeysAsync(Fresh, cancellationToken).ConfigureAwait(false);
        if (keys.MaxBy(k => k.Signs) is not { } newest || newest.Signs + MostAge > time.GetUtcNow()) return;
        try
        {
            await RotateAsync(new RequestOrigin(RequestIds.Draw(), null), cancellationToken).ConfigureAwait(false);
        }
        catch (BrokerException e) when (e.Fault == BrokerFault.Conflict)
        {
            // Another replica did.
        }
    }

    public void Dispose()
    {
        foreach (var key in _snapshot?.Keys ?? []) key.Key.Dispose();
        _turn.Dispose();
    }

    private async Task<(string Id, DateTimeOffset Signs)> ChangeAsync(
        RequestOrigin origin, string reason, Func<IStoreWriter, DateTimeOffset, ValueTask<DateTimeOffset>> makeRoom, CancellationToken cancellationToken)
    {
        using var made = SigningKey.Make();
        var signs = await store.WriteAsync(async s =>
        {
            var from = await makeRoom(s, time.GetUtcNow()).ConfigureAwait(false);
            await records.PutAsync(s, new TokenKey(made, from), null).ConfigureAwait(false);
            await audit.AppendAsync(s, new AuditEvent(origin.RequestId, "token-key.rotate", AuditOutcome.Allowed, reason) { Actor = origin.Actor, Subject = made.KeyId }).ConfigureAwait(false);
            return from;
        }, cancellationToken).ConfigureAwait(false);
        await LoadAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        return (made.KeyId!, signs);
    }

    private TokenKey? Signing(IReadOnlyList<TokenKey> keys) => keys.Where(k => k.Signs <= time.GetUtcNow()).MaxBy(k => k.Signs);

    private static Jwk? Find(IReadOnlyList<TokenKey> keys, string kid) => keys.FirstOrDefault(k => k.Key.KeyId == kid)?.Key;

    private async Task<IReadOnlyList<TokenKey>> KeysAsync(TimeSpan mostAge, CancellationToken cancellationToken) =>
        Fresher(mostAge) ?? await LoadAsync(mostAge, cancellationToken).ConfigureAwait(false);

    private IReadOnlyList<TokenKey>? Fresher(TimeSpan mostAge) => _snapshot is { } known && time.GetElapsedTime(known.Read) < mostAge ? known.Keys : null;

    private async Task<IReadOnlyList<TokenKey>> LoadAsync(TimeSpan mostAge, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Of many who waited for their turn, the first reads for all.
            if (Fresher(mostAge) is { } fresh) return fresh;
            var began = time.GetTimestamp();
            var read = await store.ReadAsync(records.ReadAsync, cancellationToken).ConfigureAwait(false);
            if (Signing(read) is null)
            {
                var first = SigningKey.Make();
                read = await store.WriteAsync(async s =>
                {
                    var there = await records.ReadAsync(s).ConfigureAwait(false);
                    if (Signing(there) is not null) return there;
                    var made = new TokenKey(first, time.GetUtcNow());
                    await records.PutAsync(s, made, null).ConfigureAwait(false);
                    return [.. there, made];
                }, cancellationToken).ConfigureAwait(false);
            }
            // A key in use elsewhere is not disposed of, so it stays the same object from one reading to the next.
            var known = _snapshot?.Keys ?? [];
            IReadOnlyList<TokenKey> keys = [.. read.Select(k => known.FirstOrDefault(o => o.Key.KeyId == k.Key.KeyId) ?? k)];
            _snapshot = new Snapshot(keys, began);
            return keys;
        }
        finally
        {
            _turn.Release();
        }
    }

    // When it was read is of the monotonic clock: one that is set back must not make an old reading fresh.
    private sealed record Snapshot(IReadOnlyList<TokenKey> Keys, long Read);
}
