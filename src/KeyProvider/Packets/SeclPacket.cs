using System.Text.Json;
using Coffer.Oci;

namespace Coffer.KeyProvider.Packets;

/// <summary>
/// The packets of Intel SecL's Workload Policy Manager: <c>{"key_url","wrapped_key","wrap_type":"AES"}</c>, where
/// <c>wrapped_key</c> is base64 of <c>{"cipher_text","nonce"}</c>.
/// </summary>
internal static class SeclPacket
{
    public const string KeyUrl = "key_url";
    private const string WrappedKey = "wrapped_key", WrapType = "wrap_type", CipherText = "cipher_text", Nonce = "nonce";
    private const string Aes = "AES";

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = PacketLimits.Depth };

    public static IReadOnlyList<string> Members { get; } = [KeyUrl, WrappedKey, WrapType];

    public static AnnotationPacket Read(PacketMembers members)
    {
        if (members.RequiredText(WrapType) is var type && type != Aes)
        {
            throw PacketFault.Because($"its wrap_type is '{Printable.Of(type, 32)}'; {Aes} is read beside a {KeyUrl}", "it was made by another key provider of that shape");
        }
        var keyId = members.KeyId(KeyUrl);
        try
        {
            using var inner = JsonDocument.Parse(members.Base64(WrappedKey), Options);
            if (inner.RootElement.ValueKind != JsonValueKind.Object) throw PacketFault.Because($"{WrappedKey} holds no JSON object");
            var cipher = new PacketMembers(inner.RootElement, [CipherText, Nonce]);
            return new AnnotationPacket(PacketFamily.Secl, keyId, cipher.Nonce(Nonce), cipher.Sealed(CipherText));
        }
        catch (JsonException)
        {
            throw PacketFault.Because($"{WrappedKey} holds no JSON");
        }
    }
}
