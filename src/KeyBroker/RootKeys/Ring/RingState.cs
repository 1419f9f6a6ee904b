namespace Coffer.KeyBroker.RootKeys.Ring;

/// <summary>What a process knows of the ring. Immutable.</summary>
/// <param name="Epoch">0 for a store whose root key never changed.</param>
/// <param name="Sealing">The generation to seal under.</param>
/// <param name="Keys">All generations that open records.</param>
internal sealed record RingState(long Epoch, byte Sealing, IReadOnlyDictionary<byte, RootKey> Keys)
{
    /// <summary>The first generation, of stores without a ring.</summary>
    public const byte First = 1;

    /// <summary>The key to seal under.</summary>
    public RootKey Current => Keys[Sealing];

    /// <summary>The generation that another one begins; after 255 it goes on at 1, which is long gone by then.</summary>
    public byte Next => After(Sealing);

    /// <summary>The key that stays when a change of the root key ends; the only one where none is under way.</summary>
    public RootKey Newest => Keys.Count == 1 ? Current : Keys.First(k => Keys.Keys.Any(other => After(other) == k.Key)).Value;

    /// <summary>Of a store without a ring.</summary>
    public static RingState Of(RootKey key) => new(0, First, new Dictionary<byte, RootKey> { [First] = key });

    private static byte After(byte generation) => generation == byte.MaxValue ? First : (byte)(generation + 1);
}
