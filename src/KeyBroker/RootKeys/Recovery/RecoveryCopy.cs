using System.Text.Json.Nodes;

namespace Coffer.KeyBroker.RootKeys.Recovery;

/// <summary>A root key sealed to an offline recovery key. Public: only the recovery key's private half opens it.</summary>
/// <param name="Jwe">Compact JWE (RFC 7516) of the root key's 32 bytes.</param>
/// <param name="Thumbprint">Of the recovery key (RFC 7638, SHA-256, base64url).</param>
internal sealed record RecoveryCopy(string Jwe, string Thumbprint)
{
    public JsonObject ToJson() => new() { ["jwe"] = Jwe, ["recovery_key"] = Thumbprint };

    public static RecoveryCopy Read(JsonNode node) => new((string)node["jwe"]!, (string)node["recovery_key"]!);
}
