using System.Globalization;
using Coffer.Oci;

namespace Coffer.KeyProvider.Sources;

/// <summary>Keys of our own naming, by id and version. The newest version of an id wraps; all that are held unwrap.</summary>
/// <typeparam name="T">What stands for one version of a key.</typeparam>
/// <param name="keys">No name twice.</param>
/// <param name="scheme">Of their names in packets.</param>
/// <param name="where">The place that holds them, for messages.</param>
/// <param name="remedy">What to do where a key is missing, for hints.</param>
internal sealed class VersionedKeys<T>(IEnumerable<KeyValuePair<VersionedKeyName, T>> keys, string scheme, string where, string remedy)
    where T : class
{
    private const int MostIdsShown = 10;

    private readonly Dictionary<string, KeyValuePair<VersionedKeyName, T>[]> _byId = keys
        .GroupBy(k => k.Key.Id, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => g.OrderByDescending(k => k.Key.Version).ToArray(), StringComparer.Ordinal);

    public IEnumerable<T> All => _byId.Values.SelectMany(versions => versions).Select(v => v.Value);

    /// <summary>All versions of an id, the newest first; empty where it is not held.</summary>
    public T[] VersionsOf(string id) => _byId.TryGetValue(id, out var versions) ? [.. versions.Select(v => v.Value)] : [];

    /// <summary>Whether a packet's key is, or was, one of these.</summary>
    public bool Knows(string kid) => VersionedKeyName.ParseUri(kid, scheme) is { } name && _byId.ContainsKey(name.Id);

    /// <summary>The key of a packet; null where its name is none of ours.</summary>
    /// <exception cref="KeyProviderException">It is ours, and not held.</exception>
    public T? Find(string kid) => VersionedKeyName.ParseUri(kid, scheme) is { } name ? Held(name).Value : null;

    /// <summary>The key that wraps, with its name; null where the id given is not held, so that a source may know it otherwise.</summary>
    /// <param name="keyId">An id for its newest version, or a name as in packets for that version; null for the default.</param>
    /// <param name="defaultKey">The id that is the default; null for the only one.</param>
    /// <exception cref="KeyProviderException">There is no default, or that version is not held.</exception>
    public (T Key, string Kid)? ToWrap(string? keyId, string? defaultKey)
    {
        var id = keyId ?? defaultKey ?? OnlyId();
        if (_byId.TryGetValue(id, out var versions)) return (versions[0].Value, versions[0].Key.ToUri(scheme));
        return VersionedKeyName.ParseUri(id, scheme) is { } name ? (Held(name).Value, name.ToUri(scheme)) : null;
    }

    /// <summary>The failure that names a key which is not held, and those that are.</summary>
    public KeyProviderException Missing(string keyId) => new(FailureReason.UnknownKey, $"{where} holds no key '{Printable.Of(keyId)}'; held: {ShownIds()}", remedy);

    private string OnlyId() => _byId.Count switch
    {
        1 => _byId.Keys.First(),
        0 => throw new KeyProviderException(FailureReason.UnknownKey, $"{where} holds no key", remedy),
        _ => throw new KeyProviderException(FailureReason.UnknownKey, $"{where} holds several keys and none is the default: {ShownIds()}", "name one with keyid=ID, or set defaultKey"),
    };

    private KeyValuePair<VersionedKeyName, T> Held(VersionedKeyName name)
    {
        if (!_byId.TryGetValue(name.Id, out var versions)) throw Missing(name.ToString());
        var found = Array.Find(versions, v => v.Key.Version == name.Version);
        return found.Value is not null ? found : throw new KeyProviderException(FailureReason.UnknownKey,
            $"version {name.Version} of key '{name.Id}' is gone from {where}; held: {string.Join(", ", versions.Reverse().Select(v => v.Key.Version.ToString(CultureInfo.InvariantCulture)))}",
            "put the old version back and reload the key provider");
    }

    private string ShownIds() => _byId.Count == 0 ? "none"
        : string.Join(", ", _byId.Keys.Order(StringComparer.Ordinal).Take(MostIdsShown)) + (_byId.Count > MostIdsShown ? $" and {_byId.Count - MostIdsShown} more" : "");
}
