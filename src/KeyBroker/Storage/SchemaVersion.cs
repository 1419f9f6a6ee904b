using System.Globalization;

namespace Coffer.KeyBroker.Storage;

/// <summary>Which versions of a schema this program knows; engines share what follows from it. A store is brought forward, never back.</summary>
internal static class SchemaVersion
{
    /// <summary>Holds a store's version to be one that this program knows.</summary>
    /// <param name="store">The store's printable name.</param>
    /// <param name="there">What stands in it; 0 for an empty one.</param>
    /// <param name="known">The newest that this program knows.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: it is newer.</exception>
    public static int Check(string store, long there, int known) => there >= 0 && there <= known
        ? (int)there
        : throw new BrokerException(
            BrokerFault.Unavailable,
            string.Create(CultureInfo.InvariantCulture, $"the store {store} has schema version {there}, and this coffer knows up to {known}"),
            "use the newer coffer that wrote it, or restore a backup from before the upgrade");
}
