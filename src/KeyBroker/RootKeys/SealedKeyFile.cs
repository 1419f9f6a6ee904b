using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Files;
using Coffer.KeyBroker.RootKeys.Recovery;
using Coffer.Oci;

namespace Coffer.KeyBroker.RootKeys;

/// <summary>
/// A root key as a device sealed it, and as it was sealed to the recovery key: one JSON object, 0600. It holds nothing that opens without
/// the device or the recovery key's private half.
/// </summary>
/// <param name="Kind">The prefix of the kind that made it.</param>
/// <param name="KeyId">Which key is inside (<see cref="RootKey.Id"/>).</param>
/// <param name="Recovery">The same key, sealed to the recovery key.</param>
/// <param name="Sealed">The kind's own members.</param>
internal sealed record SealedKeyFile(string Kind, string KeyId, RecoveryCopy Recovery, JsonObject Sealed)
{
    private const int MostBytes = 64 * 1024;

    /// <summary>Reads a file; null where there is none.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: it is open to others or cannot be read. Exit status 4: it is no such file.</exception>
    public static SealedKeyFile? Read(string path)
    {
        if (PrivateFiles.Read(path, MostBytes) is not { } content) return null;
        try
        {
            var root = JsonNode.Parse(content, documentOptions: new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false })!.AsObject();
            if ((int)root["version"]! != 1) throw new FormatException("another version");
            return new SealedKeyFile((string)root["kind"]!, (string)root["key_id"]!, RecoveryCopy.Read(root["recovery"]!), root["sealed"]!.AsObject());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or NullReferenceException or ArgumentException)
        {
            throw Damaged(path, e);
        }
    }

    /// <summary>Writes the file: new, or, where <paramref name="replace"/>, in place of the one that is there, whole in either case.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Conflict"/>: it is there already; <see cref="BrokerFault.Unavailable"/>: it cannot be written.</exception>
    public void Write(string path, bool replace)
    {
        var content = JsonText.Utf8(new JsonObject { ["version"] = 1, ["kind"] = Kind, ["key_id"] = KeyId, ["recovery"] = Recovery.ToJson(), ["sealed"] = Sealed.DeepClone() });
        if (replace) PrivateFiles.Replace(path, content);
        else if (!PrivateFiles.Create(path, content)) throw new BrokerException(BrokerFault.Conflict, $"there is a file {Printable.Of(path)} already", "name another file; what may be the only copy of a key is not overwritten");
    }

    /// <summary>What to throw where a file does not read.</summary>
    public static BrokerException Damaged(string path, Exception? inner) => new(
        BrokerFault.Internal, $"{Printable.Of(path)} is no sealed root key, or damaged", "restore the file, or make it anew: coffer broker root-key recover --from BACKUP", inner, ExitStatus.Integrity);
}
