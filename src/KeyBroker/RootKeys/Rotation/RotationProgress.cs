using System.Text.Json.Nodes;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.RootKeys.Rotation;

/// <summary>How far a change of the root key has sealed records anew: in the store, moved with each batch.</summary>
/// <param name="Collection">The collection that is being gone through; its place in <see cref="RootKeyRotation.Order"/>.</param>
/// <param name="After">The last key that was looked at; null for none.</param>
/// <param name="Records">How many were sealed anew.</param>
internal sealed record RotationProgress(int Collection, string? After, long Records)
{
    private const string Key = "root-key-rotation";

    public static async ValueTask<RotationProgress?> FindAsync(IStoreReader store) => await store.FindAsync(Collections.Store, Key).ConfigureAwait(false) is { } record
        ? StoredDocument.Read("state of a change of the root key", record.Value, j => new RotationProgress((int)j["collection"]!, (string?)j["after"], (long)j["records"]!))
        : null;

    public ValueTask PutAsync(IStoreWriter store) => store.PutAsync(
        Collections.Store, Key, StoredDocument.Write(new JsonObject { ["collection"] = Collection, ["after"] = After, ["records"] = Records }));

    public static async ValueTask RemoveAsync(IStoreWriter store) => await store.DeleteAsync(Collections.Store, Key).ConfigureAwait(false);
}
