namespace Coffer.KeyProvider.Sources.Broker;

/// <summary>The hosts by which packets may name the broker. Compared as texts: no name is looked up.</summary>
/// <param name="url">The broker's address; its default port may be written or left out.</param>
/// <param name="more">Others, as <c>HOST</c> or <c>HOST:PORT</c>.</param>
internal sealed class BrokerNames(Uri url, IReadOnlyList<string> more)
{
    private readonly string[] _names =
    [
        $"{url.Host}:{url.Port}", $"{url.IdnHost}:{url.Port}", .. url.IsDefaultPort ? (string[])[url.Host, url.IdnHost] : [], .. more,
    ];

    /// <summary>Whether it is one of them.</summary>
    public bool Contains(string host) => _names.Contains(host, StringComparer.OrdinalIgnoreCase);
}
