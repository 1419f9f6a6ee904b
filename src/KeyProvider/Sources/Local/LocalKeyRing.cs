using Coffer.KeyProvider.Packets;
using Coffer.Oci;

namespace Coffer.KeyProvider.Sources.Local;

/// <summary>The keys of a directory by id, version and foreign name. Owns them.</summary>
internal sealed class LocalKeyRing(IReadOnlyList<LocalKey> keys, string where) : IDisposable
{
    private readonly VersionedKeys<LocalKey> _ours = new(
        keys.Select(k => KeyValuePair.Create(k.Name, k)), LocalKey.Scheme, where, "make it with 'coffer keyprovider key generate --id ID', then reload the key provider");

    private readonly Dictionary<string, LocalKey> _byForeignKid =
        keys.Where(k => k.ForeignKid is not null).ToDictionary(k => k.ForeignKid!, StringComparer.Ordinal);

    /// <summary>Whether the packet's key is, or was, one of these.</summary>
    public bool Knows(AnnotationPacket packet) => _ours.Knows(packet.KeyId) || ForeignCandidates(packet).Length > 0;

    /// <summary>The keys under which a packet may have been made, the likeliest first.</summary>
    /// <exception cref="KeyProviderException">None is held.</exception>
    public LocalKey[] CandidatesFor(AnnotationPacket packet)
    {
        if (_ours.Find(packet.KeyId) is { } key) return [key];
        var foreign = ForeignCandidates(packet);
        return foreign.Length > 0 ? foreign : throw new KeyProviderException(FailureReason.UnknownKey,
            $"{where} holds no key '{Printable.Of(packet.KeyId)}'", "import it: 'coffer keyprovider key import --id ID --kid KID FILE'");
    }

    /// <summary>The key that wraps, with the name under which the packet shall carry it.</summary>
    /// <param name="keyId">An id, a <c>coffer-local:</c> name or a foreign kid; null for the default.</param>
    /// <param name="defaultKey">The id configured; null for the only one.</param>
    /// <exception cref="KeyProviderException">There is none, or more than one to choose from.</exception>
    public (LocalKey Key, string Kid) ToWrap(string? keyId, string? defaultKey)
    {
        if (_ours.ToWrap(keyId, defaultKey) is { } found) return found;
        var id = keyId ?? defaultKey!; // without either, the line above ended with a key or a failure
        return _byForeignKid.TryGetValue(id, out var foreign) ? (foreign, id) : throw _ours.Missing(id);
    }

    public void Dispose()
    {
        foreach (var key in _ours.All) key.Dispose();
    }

    // SecL's packets carry a URL that names no version, so any version of that id may be meant.
    private LocalKey[] ForeignCandidates(AnnotationPacket packet)
    {
        if (_byForeignKid.TryGetValue(packet.KeyId, out var exact)) return [exact];
        if (packet.Family != PacketFamily.Secl || SeclKeyUrl.IdOf(packet.KeyId) is not { } id) return [];
        return _byForeignKid.TryGetValue(id, out var named) ? [named] : _ours.VersionsOf(id);
    }
}
