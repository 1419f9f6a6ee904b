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
    public static async Task EnsureAsync(IBrokerStore store, IRootKey key, CancellationToken cancellationToken)
    {
        var value = Value(key);
        var fits = await store.WriteAsync(
            async w =>
            {
                if (await w.AddAsync(Collections.Store, Record, value).ConfigureAwait(false)) return true;
                var there = await w.FindAsync(Collections.Store, Record).ConfigureAwait(false);
                return CryptographicOperations.FixedTimeEquals(there!.Value, value);
            },
            cancellationToken).ConfigureAwait(false);
        if (fits) return;
        throw new BrokerException(BrokerFault.Unavailable, $"the root key {Printable.Of(key.Name)} is not the one that this store was made with", "give the one that it was made with: --root-key PLACE");
    }

    // A derived value of its own purpose: it can be shown, and says nothing of other purposes' keys.
    private static byte[] Value(IRootKey key)
    {
        using var derived = key.Derive(Purpose);
        return derived.Span.ToArray();
    }
}
