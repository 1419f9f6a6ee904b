using System.Text.Json.Nodes;

namespace Coffer.KeyBroker.Wrapping;

/// <summary>An annotation packet in the first form of Confidential Containers.</summary>
/// <param name="KeyId"><c>kbs:///REPOSITORY/TYPE/TAG?version=N</c>.</param>
/// <param name="Iv">12 bytes.</param>
/// <param name="Wrapped">Ciphertext and 16 bytes of tag.</param>
internal sealed record WrappedPacket(string KeyId, byte[] Iv, byte[] Wrapped)
{
    public JsonObject ToJson() => new()
    {
        ["kid"] = KeyId,
        ["wrapped_data"] = Convert.ToBase64String(Wrapped),
        ["iv"] = Convert.ToBase64String(Iv),
        ["wrap_type"] = "A256GCM",
    };
}
