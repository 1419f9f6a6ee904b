using Coffer.Jose;
using Coffer.Oci;

namespace Coffer.KeyBroker.RootKeys.Ring;

/// <summary>Makes of a ring's record what a process can work with: finds the key of each generation, and that the ring is one of theirs.</summary>
internal static class RingReading
{
    /// <param name="value">The record.</param>
    /// <param name="held">Root keys that are held already.</param>
    /// <param name="process">This process's id and private key, to which keys may be granted; null for none.</param>
    /// <returns>The state, and keys in it that were granted just now.</returns>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: a key is neither held nor granted. Exit status 4: the ring was changed.</exception>
    public static (RingState State, IReadOnlyList<RootKey> Granted) Read(byte[] value, IReadOnlyList<RootKey> held, (string Id, Jwk Key)? process)
    {
        var ring = RingRecord.Read(value);
        var granted = new List<RootKey>();
        var known = new Dictionary<byte, RootKey>();
        var isOurs = false; // said by a key that was held before; what is granted could be anybody's
        foreach (var generation in ring.Named)
        {
            if (held.FirstOrDefault(k => k.Id == generation.KeyId) is not { } key) continue;
            Authentic(ring, value, generation, key);
            isOurs = true;
            if (generation != ring.Former) known[generation.Id] = key;
        }
        if (!isOurs) throw Changed(held);
        foreach (var generation in ring.Generations.Where(g => !known.ContainsKey(g.Id)).ToList())
        {
            var key = ring.Grants.Where(g => g.Generation == generation.Id).Select(g => Open(g, held, process)).FirstOrDefault(k => k is not null) ?? throw Changed(held);
            granted.Add(key);
            if (key.Id != generation.KeyId) throw Broken();
            known[generation.Id] = Authentic(ring, value, generation, key);
        }
        return known.ContainsKey(ring.Sealing) ? (new RingState(ring.Epoch, ring.Sealing, known), granted) : throw Broken();
    }

    private static RootKey? Open(RingGrant grant, IReadOnlyList<RootKey> held, (string Id, Jwk Key)? process) =>
        held.Select(h => RingGrants.Open(grant, h)).FirstOrDefault(k => k is not null) ?? (process is { } p ? RingGrants.Open(grant, p.Id, p.Key, held[0].Name) : null);

    private static RootKey Authentic(RingRecord ring, byte[] value, RingGeneration generation, RootKey key) => ring.IsOf(value, generation, key) ? key : throw Broken();

    private static BrokerException Changed(IReadOnlyList<RootKey> held) => new(
        BrokerFault.Unavailable, $"the store's root key was changed, or is being changed, and {Printable.Of(string.Join(" and ", held.Select(h => h.Name)))} does not open it", "start with the new root key: --root-key PLACE");

    private static BrokerException Broken() => new(
        BrokerFault.Internal, "the store's key ring does not verify", "it was changed in the store; restore it from a backup", null, ExitStatus.Integrity);
}
