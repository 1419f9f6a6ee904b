using System.Globalization;
using Coffer.KeyProvider.Packets;
using Coffer.Oci;

namespace Coffer.KeyProvider.Sources.Local;

/// <summary>The keys of a directory by id, version and foreign name. Owns them.</summary>
internal sealed class LocalKeyRing : IDisposable
{
    private const int MostIdsShown = 10;

    private readonly Dictionary<string, LocalKey[]> _byId; // newest first
    private readonly Dictionary<string, LocalKey> _byForeignKid;
    private readonly string _where;

    public LocalKeyRing(IReadOnlyList<LocalKey> keys, string where)
    {
        _where = where;
        _byId = keys.GroupBy(k => k.Name.Id, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.OrderByDescending(k => k.Name.Version).ToArray(), StringComparer.Ordinal);
        _byForeignKid = keys.Where(k => k.ForeignKid is not null).ToDictionary(k => k.ForeignKid!, StringComparer.Ordinal);
    }

    public IEnumerable<string> Ids => _byId.Keys.Order(StringComparer.Ordinal);

    /// <summary>Whether the packet's key is, or was, one of these.</summary>
    public bool Knows(AnnotationPacket packet) => VersionedKeyName.ParseUri(packet.KeyId, LocalKey.Scheme) is { } ours
        ? _byId.ContainsKey(ours.Id)
        : ForeignCandidates(packet).Length > 0;

    /// <summary>The keys under which a packet may have been made, the likeliest first.</summary>
    /// <exception cref="KeyProviderException">None is held.</exception>
    public LocalKey[] CandidatesFor(AnnotationPacket packet)
    {
        if (VersionedKeyName.ParseUri(packet.KeyId, LocalKey.Scheme) is { } ours) return [Held(ours)];
        var foreign = ForeignCandidates(packet);
        return foreign.Length > 0 ? foreign : throw new KeyProviderException(FailureReason.UnknownKey,
            $"{_where} holds no key '{Printable.Of(packet.KeyId)}'", "import it: 'coffer keyprovider key import --id ID --kid KID FILE'");
    }

    /// <summary>The key that wraps, with the name under which the packet shall carry it.</summary>
    /// <param name="keyId">An id, a <c>coffer-local:</c> name or a foreign kid; null for the default.</param>
    /// <param name="defaultKey">The id configured; null for the only one.</param>
    /// <exception cref="KeyProviderException">There is none, or more than one to choose from.</exception>
    public (LocalKey Key, string Kid) ToWrap(string? keyId, string? defaultKey)
    {
        if ((keyId ?? defaultKey ?? OnlyId()) is var id && _byId.TryGetValue(id, out var versions)) return (versions[0], versions[0].Kid);
        if (VersionedKeyName.ParseUri(id, LocalKey.Scheme) is { } named) return (Held(named), named.ToUri(LocalKey.Scheme));
        if (_byForeignKid.TryGetValue(id, out var foreign)) return (foreign, id);
        throw new KeyProviderException(FailureReason.UnknownKey, $"{_where} holds no key '{Printable.Of(id)}'; held: {ShownIds()}",
            VersionedKeyName.IsId(id) ? $"make it: 'coffer keyprovider key generate --id {id}', then reload the key provider" : null);
    }

    public void Dispose()
    {
        foreach (var key in _byId.Values.SelectMany(v => v)) key.Dispose();
    }

    private string OnlyId() => _byId.Count switch
    {
        1 => _byId.Keys.First(),
        0 => throw new KeyProviderException(FailureReason.UnknownKey, $"{_where} holds no key", "make one: 'coffer keyprovider key generate --id ID', then reload the key provider"),
        _ => throw new KeyProviderException(FailureReason.UnknownKey, $"{_where} holds several keys and none is the default: {ShownIds()}",
            "name one with keyid=ID, or set defaultKey"),
    };

    private LocalKey Held(VersionedKeyName name)
    {
        if (!_byId.TryGetValue(name.Id, out var versions))
        {
            throw new KeyProviderException(FailureReason.UnknownKey, $"{_where} holds no key '{name.Id}'; held: {ShownIds()}");
        }
        return versions.FirstOrDefault(k => k.Name.Version == name.Version) ?? throw new KeyProviderException(FailureReason.UnknownKey,
            $"version {name.Version} of key '{name.Id}' is gone from {_where}; held: {string.Join(", ", versions.Reverse().Select(k => k.Name.Version.ToString(CultureInfo.InvariantCulture)))}",
            "put the old key file back, then reload the key provider");
    }

    private LocalKey[] ForeignCandidates(AnnotationPacket packet)
    {
        if (_byForeignKid.TryGetValue(packet.KeyId, out var exact)) return [exact];
        if (packet.Family != PacketFamily.Secl || SeclKeyUrl.IdOf(packet.KeyId) is not { } id) return [];
        return _byForeignKid.TryGetValue(id, out var named) ? [named] : _byId.TryGetValue(id, out var versions) ? versions : [];
    }

    private string ShownIds() => _byId.Count == 0 ? "none" : string.Join(", ", Ids.Take(MostIdsShown)) + (_byId.Count > MostIdsShown ? $" and {_byId.Count - MostIdsShown} more" : "");
}
