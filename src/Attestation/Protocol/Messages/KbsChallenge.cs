using System.Security.Cryptography;
using System.Text.Json;
using Coffer.Attestation.Protocol.Json;
using Coffer.Oci;

namespace Coffer.Attestation.Protocol.Messages;

/// <summary>Answers a request.</summary>
/// <param name="Nonce">Base64 of 32 random bytes; hashed as the text that it is.</param>
public sealed record KbsChallenge(string Nonce)
{
    /// <summary>The longest message that is read, in bytes.</summary>
    public const int MostBytes = 64 * 1024;

    private const int LeastNonceCharacters = 22, MostNonceCharacters = 1024; // 22 characters hold 128 bits

    /// <summary>A challenge with a new nonce.</summary>
    public static KbsChallenge Create() => new(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));

    /// <summary>Reads one.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>; <see cref="AttestationFault.Unsupported"/>: it selects another hash than SHA-384.</exception>
    public static KbsChallenge Parse(ReadOnlyMemory<byte> utf8) => MessageObject.Read(utf8, MostBytes, "the broker's challenge", json =>
    {
        var nonce = json.Text("nonce", MostNonceCharacters);
        if (nonce.Length < LeastNonceCharacters) throw json.Wrong("has a nonce too short to be one");
        if (json.Find("extra-params") is { ValueKind: JsonValueKind.Object } extra) CheckHash(extra);
        return new KbsChallenge(nonce);
    });

    /// <summary>Writes it.</summary>
    public byte[] ToJson() => MessageJson.Write(json =>
    {
        json.WriteString("nonce", Nonce);
        json.WriteString("extra-params", "");
    });

    private static void CheckHash(JsonElement extra)
    {
        var members = new MessageObject(extra, "the broker's challenge: 'extra-params'");
        if (members.OptionalText("selected-hash-algorithm", 32) is { } hash && !hash.Equals("sha384", StringComparison.OrdinalIgnoreCase))
            throw new AttestationException(AttestationFault.Unsupported, $"the broker asks for evidence bound by '{Printable.Of(hash, 32)}'; sha384 is spoken here");
    }
}
