using System.Collections.Concurrent;
using System.Security.Cryptography;
using Coffer.Jose;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.RootKeys.Ring;

/// <summary>
/// The root keys of a store by generation, as this process knows them. Records are sealed under one and opened under any; within a
/// transaction of a <see cref="RingStore"/> a ring that is out of date shows, is read anew, and the transaction run again. Safe for many
/// calls at once.
/// </summary>
internal sealed class KeyRing : IRootKey
{
    private readonly ConcurrentDictionary<(string KeyId, string Purpose), SecretBytes> _derived = new();
    private readonly ConcurrentBag<RootKey> _owned = [];
    private readonly List<RootKey> _held;
    private readonly AsyncLocal<RingMark?> _mark = new();
    private readonly bool _isOfStore;
    private readonly Lazy<ECDiffieHellman> _exchange = new(() => ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256));
    private volatile RingState _state;

    private KeyRing(IReadOnlyList<RootKey> held, RingState state, bool isOfStore)
    {
        (_held, _state, _isOfStore) = ([.. held], state, isOfStore);
        Process = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    }

    /// <summary>What it knows now.</summary>
    public RingState State => _state;

    /// <summary>Names this process in the ring: 16 hexadecimal digits.</summary>
    public string Process { get; }

    /// <summary>The JWK to which keys are granted; its private half does not leave this process.</summary>
    public string PublicKey
    {
        get
        {
            using var key = Jwk.FromEllipticCurve(_exchange.Value.ExportParameters(includePrivateParameters: false));
            return key.ToPublicJson();
        }
    }

    /// <inheritdoc/>
    public string Name => _held[0].Name;

    /// <summary>The ring that a root key alone is: one generation, and no store that might know better. The key stays the caller's.</summary>
    public static KeyRing Of(IRootKey key) => key as KeyRing ?? new KeyRing([(RootKey)key], RingState.Of((RootKey)key), isOfStore: false);

    /// <summary>The ring of a store. Where the store has none yet, the first key becomes its generation 1, now or when it was made.</summary>
    /// <param name="store">The store itself.</param>
    /// <param name="held">Root keys that were opened; they stay the caller's, and outlive the ring.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: the store's root key is another. Exit status 4: the ring was changed.</exception>
    public static async Task<KeyRing> OpenAsync(IBrokerStore store, IReadOnlyList<RootKey> held, CancellationToken cancellationToken)
    {
        var fitting = held;
        if (await store.ReadAsync(RingRecord.FindAsync, cancellationToken).ConfigureAwait(false) is null)
        {
            fitting = [await RootKeyCheck.EnsureOneAsync(store, held, cancellationToken).ConfigureAwait(false)];
        }
        var ring = new KeyRing([.. fitting, .. held.Except(fitting)], RingState.Of(fitting[0]), isOfStore: true);
        await ring.ReloadAsync(store, cancellationToken).ConfigureAwait(false);
        return ring;
    }

    /// <summary>Holds another root key from now on; it stays the caller's.</summary>
    public void Hold(RootKey key)
    {
        lock (_held) _held.Add(key);
    }

    /// <inheritdoc/>
    /// <remarks>Of the key that this process was opened with, the same for its life. What is stored asks for <see cref="Key"/> and <see cref="Sealing"/>.</remarks>
    public SecretBytes Derive(string purpose) => _held[0].Derive(purpose);

    /// <summary>A generation's key for a purpose, which stays the ring's.</summary>
    /// <param name="generation">As a record names it.</param>
    /// <param name="purpose">A constant of ours.</param>
    /// <param name="otherwise">What is wrong where there is no such generation.</param>
    /// <exception cref="StaleRingException">It is not known here; the transaction is run again.</exception>
    /// <exception cref="BrokerException">There is none.</exception>
    public SecretBytes Key(byte generation, string purpose, Func<BrokerException> otherwise)
    {
        if (_state.Keys.TryGetValue(generation, out var key)) return Derived(key, purpose);
        throw _isOfStore && _mark.Value is not null ? new StaleRingException(otherwise()) : otherwise();
    }

    /// <summary>The generation to seal under, and its key for a purpose, which stays the ring's. That it is the store's is looked at when the transaction ends.</summary>
    /// <exception cref="InvalidOperationException">Outside a transaction, where nobody would look; or for a collection that a change of the root key does not reach.</exception>
    public (byte Generation, SecretBytes Key) Sealing(string collection, string purpose)
    {
        if (!Rotation.RootKeyRotation.Order.Contains(collection)) throw new InvalidOperationException($"'{collection}' is no collection of sealed records: a change of the root key would not reach it");
        var state = _state;
        if (_isOfStore)
        {
            var mark = _mark.Value ?? throw new InvalidOperationException("sealed outside of a transaction");
            mark.Sealed(state.Epoch);
        }
        return (state.Sealing, Derived(state.Current, purpose));
    }

    /// <summary>Begins to watch what the present flow seals.</summary>
    public RingMark Mark() => _mark.Value = new RingMark();

    /// <summary>Holds the ring that was sealed under against the store's, within the same transaction.</summary>
    /// <exception cref="StaleRingException">It is another.</exception>
    public static async ValueTask CheckAsync(IStoreReader store, RingMark mark)
    {
        if (mark.Epoch is not { } epoch) return;
        var value = await RingRecord.FindAsync(store).ConfigureAwait(false);
        if ((value is null ? 0 : RingRecord.Read(value).Epoch) == epoch) return;
        throw new StaleRingException(new BrokerException(BrokerFault.Unavailable, "the root key changes at this moment", "try again"));
    }

    /// <summary>Reads the store's ring.</summary>
    /// <exception cref="BrokerException">As of <see cref="OpenAsync"/>.</exception>
    public async Task ReloadAsync(IBrokerStore store, CancellationToken cancellationToken)
    {
        if (await store.ReadAsync(RingRecord.FindAsync, cancellationToken).ConfigureAwait(false) is { } value) Take(value);
    }

    /// <summary>Takes a ring that was read. One that is older than what is known changes nothing: it was read late, or somebody put it back.</summary>
    /// <returns>What is known now.</returns>
    public RingState Take(byte[] value)
    {
        lock (_held)
        {
            using var own = Jwk.FromEllipticCurve(_exchange.Value.ExportParameters(includePrivateParameters: true));
            var (state, granted) = RingReading.Read(value, [.. _held, .. _owned], (Process, own));
            foreach (var key in granted) _owned.Add(key);
            return state.Epoch < _state.Epoch ? _state : _state = state;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var derived in _derived.Values) derived.Dispose();
        foreach (var key in _owned) key.Dispose();
        if (_exchange.IsValueCreated) _exchange.Value.Dispose();
    }

    private SecretBytes Derived(RootKey key, string purpose)
    {
        if (_derived.TryGetValue((key.Id, purpose), out var known)) return known;
        var derived = key.Derive(purpose);
        var kept = _derived.GetOrAdd((key.Id, purpose), derived);
        if (!ReferenceEquals(kept, derived)) derived.Dispose();
        return kept;
    }
}
