using System.Security.Cryptography;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.RootKeys;

/// <summary>Tells at the start whether a root key is the one that the store was made with.</summary>
internal static class RootKeyCheck
{
    private const string Record = "root-key-check";
    private const string Purpose = "check";

    /// <summary>Compares the key with the store's check value, which the first key puts there.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: another key.</exception>
    public static Task EnsureAsync(IBrokerStore store, IRootKey key, CancellationToken cancellationToken) => EnsureOneAsync(store, [key], cancellationToken);

    /// <summary>Finds which of some keys is the store's; of a store that has none, the first becomes it.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: none is.</exception>
    public static async Task<T> EnsureOneAsync<T>(IBrokerStore store, IReadOnlyList<T> keys, CancellationToken cancellationToken)
        where T : IRootKey
    {
        var values = keys.Select(k => Value(k)).ToList();
        var fits = await store.WriteAsync(
            async w =>
            {
                if (await w.AddAsync(Collections.Store, Record, values[0]).ConfigureAwait(false)) return 0;
                var there = await w.FindAsync(Collections.Store, Record).ConfigureAwait(false);
                return values.FindIndex(v => CryptographicOperations.FixedTimeEquals(there!.Value, v));
            },
            cancellationToken).ConfigureAwait(false);
        if (fits >= 0) return keys[fits];
        var key = keys[0];
        throw new BrokerException(BrokerFault.Unavailable, $"the root key {Printable.Of(key.Name)} is not the one that this store was made with", "give the one that it was made with: --root-key PLACE");
    }

    /// <summary>Puts another key's check value in the place of the one before.</summary>
    public static ValueTask ReplaceAsync(IStoreWriter store, IRootKey key) => store.PutAsync(Collections.Store, Record, Value(key));

    // A derived value of its own purpose: it can be shown, and says nothing of other purposes' keys.
    private static byte[] Value(IRootKey key)
    {
        using var derived = key.Derive(Purpose);
        return derived.Span.ToArray();
    }
}
