using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.RootKeys.Recovery;
using Coffer.Oci;

namespace Coffer.KeyBroker.Backup;

/// <summary>
/// What a backup begins with, in the clear: the 16 bytes <c>COFFER-BACKUP 1\n</c>, four bytes of length, and a JSON object of at most
/// 64 KiB. Every chunk behind it is bound to all of that.
/// </summary>
/// <param name="Created">When.</param>
/// <param name="KeyId">The root key that opens it (<see cref="RootKeys.RootKey.Id"/>).</param>
/// <param name="Salt">32 random bytes, from which the backup has a key of its own.</param>
/// <param name="Recovery">That root key sealed to its recovery key; null where it has none.</param>
internal sealed record BackupHeader(DateTimeOffset Created, string KeyId, byte[] Salt, RecoveryCopy? Recovery)
{
    public const int SaltBytes = 32;
    private const int MostBytes = 64 * 1024;

    private static ReadOnlySpan<byte> Magic => "COFFER-BACKUP 1\n"u8;

    /// <summary>The whole header.</summary>
    public byte[] ToBytes()
    {
        var json = new JsonObject { ["created"] = StoredDocument.Time(Created), ["key_id"] = KeyId, ["salt"] = Convert.ToBase64String(Salt) };
        if (Recovery is { } copy) json["recovery"] = copy.ToJson();
        var text = JsonText.Utf8(json);
        var bytes = new byte[Magic.Length + sizeof(int) + text.Length];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(Magic.Length), text.Length);
        text.CopyTo(bytes, Magic.Length + sizeof(int));
        return bytes;
    }

    /// <summary>Reads it from the beginning of a backup, and leaves the stream behind it.</summary>
    /// <returns>The header and its bytes.</returns>
    /// <exception cref="BrokerException">Exit status 4: it is none.</exception>
    public static (BackupHeader Header, byte[] Bytes) Read(Stream stream, string name)
    {
        try
        {
            var start = new byte[Magic.Length + sizeof(int)];
            stream.ReadExactly(start);
            var length = BinaryPrimitives.ReadInt32BigEndian(start.AsSpan(Magic.Length));
            if (!start.AsSpan().StartsWith(Magic) || length is < 2 or > MostBytes) throw new FormatException("no backup");
            byte[] bytes = [.. start, .. new byte[length]];
            stream.ReadExactly(bytes.AsSpan(start.Length));
            var json = JsonNode.Parse(bytes.AsSpan(start.Length), documentOptions: new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false })!.AsObject();
            var salt = Convert.FromBase64String((string)json["salt"]!);
            if (salt.Length != SaltBytes) throw new FormatException("no salt");
            return (new BackupHeader(StoredDocument.Time(json["created"]), (string)json["key_id"]!, salt, json["recovery"] is { } copy ? RecoveryCopy.Read(copy) : null), bytes);
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or JsonException or InvalidOperationException or NullReferenceException or ArgumentException)
        {
            throw new BrokerException(BrokerFault.BadRequest, $"{Printable.Of(name)} is no backup of a broker, or damaged at its beginning", null, e, ExitStatus.Integrity);
        }
    }

    /// <summary>Names one backup among others: SHA-256 of its header, 64 hexadecimal digits.</summary>
    public static string IdOf(byte[] header) => Convert.ToHexStringLower(SHA256.HashData(header));
}
