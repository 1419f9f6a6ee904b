using System.Text.Json.Nodes;
using Coffer.Jose;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Documents;
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

    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2); // between looks for a key that is not known, which anybody can name

    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile Snapshot? _snapshot;

    /// <summary>The key that signs now; made where there is none yet.</summary>
    public async Task<TokenKey> SigningKeyAsync(CancellationToken cancellationToken)
    {
        var keys = await KeysAsync(Fresh, cancellationToken).ConfigureAwait(false);
        return Signing(keys) ?? Signing(await LoadAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false)) ?? throw new BrokerException(BrokerFault.Internal, "no key signs tokens");
    }

    /// <summary>The public half of one of our keys, or null.</summary>
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

    /// <summary>Makes a new key; it signs after <see cref="Notice"/>.</summary>
    public async Task RotateAsync(RequestOrigin origin, CancellationToken cancellationToken)
    {
        var made = TokenKeyRecords.Make();
        await store.WriteAsync(async s =>
        {
            var now = time.GetUtcNow();
            var old = await records.ReadAsync(s).ConfigureAwait(false);
            if (old.Count >= TokenKeyRecords.Most) throw new BrokerException(BrokerFault.TooMany, $"there are {TokenKeyRecords.Most} keys for tokens already", "wait until the old ones have gone");
            foreach (var key in old) await records.PutAsync(s, key, now + Notice + LongestToken + Fresh).ConfigureAwait(false);
            await records.PutAsync(s, new TokenKey(made, now + Notice), null).ConfigureAwait(false);
            await audit.AppendAsync(s, new AuditEvent(origin.RequestId, "token-key.rotate", AuditOutcome.Allowed, "a new key signs tokens soon") { Actor = origin.Actor, Subject = made.KeyId }).ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);
        made.Dispose();
        await LoadAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        foreach (var key in _snapshot?.Keys ?? []) key.Key.Dispose();
        _turn.Dispose();
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
                var first = TokenKeyRecords.Make();
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
