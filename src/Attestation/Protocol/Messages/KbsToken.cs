using System.Buffers.Text;
using System.Text.Json;
using Coffer.Attestation.Protocol.Json;

namespace Coffer.Attestation.Protocol.Messages;

/// <summary>Answers an attestation.</summary>
/// <param name="Token">A signed JWT. Who receives it need not check it: the broker does, each time.</param>
public sealed record KbsToken(string Token)
{
    /// <summary>The longest message that is read, in bytes; brokers of this kind have sent tokens up to the size of a request head.</summary>
    public const int MostBytes = 128 * 1024;

    /// <summary>Reads one.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>.</exception>
    public static KbsToken Parse(ReadOnlyMemory<byte> utf8) => MessageObject.Read(utf8, MostBytes, "the broker's token", json =>
    {
        var token = json.Text("token", MostBytes);
        return token.Length > 0 && token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? new KbsToken(token)
            : throw json.Wrong("is not a JWT");
    });

    /// <summary>Writes it.</summary>
    public byte[] ToJson() => MessageJson.Write(json => json.WriteString("token", Token));

    /// <summary>When it expires, as it says itself without a check of its signature (<c>exp</c>); null where it does not say.</summary>
    public DateTimeOffset? Expires() => Seconds("exp") is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    /// <summary>How long it lives from its issue (<c>exp</c> less <c>iat</c>), which needs no clock that agrees with the issuer's; null where it does not say.</summary>
    public TimeSpan? Lifetime() => Seconds("exp") is { } end && Seconds("iat") is { } start && end > start ? TimeSpan.FromSeconds(end - start) : null;

    private long? Seconds(string claim)
    {
        var parts = Token.Split('.');
        if (parts.Length != 3 || !Base64Url.IsValid(parts[1])) return null;
        try
        {
            return MessageObject.Read(Base64Url.DecodeFromChars(parts[1]), MostBytes, "token", json =>
                json.Find(claim) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var seconds) && seconds is > 0 and < 253_402_300_800 ? seconds : (long?)null);
        }
        catch (AttestationException)
        {
            return null;
        }
    }
}
