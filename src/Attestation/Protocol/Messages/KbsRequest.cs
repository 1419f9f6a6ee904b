using Coffer.Attestation.Protocol.Json;

namespace Coffer.Attestation.Protocol.Messages;

/// <summary>Opens a session: <c>POST auth</c>.</summary>
/// <param name="Version">The protocol version as the guest wrote it; see <see cref="KbsVersions"/>.</param>
/// <param name="Tee">The TEE's name, old spellings made new.</param>
public sealed record KbsRequest(string Version, string Tee)
{
    /// <summary>The longest message that is read, in bytes.</summary>
    public const int MostBytes = 64 * 1024;

    /// <summary>Reads one.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>.</exception>
    public static KbsRequest Parse(ReadOnlyMemory<byte> utf8) => MessageObject.Read(utf8, MostBytes, "the request", json =>
    {
        if (!json.Has("extra-params")) throw json.Wrong("lacks 'extra-params'");
        return new KbsRequest(json.Text("version", 32), TeeNames.Normalise(json.Text("tee", 64)));
    });

    /// <summary>Writes it; SHA-384 is the one hash that is offered.</summary>
    public byte[] ToJson() => MessageJson.Write(json =>
    {
        json.WriteString("version", Version);
        json.WriteString("tee", Tee);
        json.WriteStartObject("extra-params");
        json.WriteStartArray("supported-hash-algorithms");
        json.WriteStringValue("sha384");
        json.WriteEndArray();
        json.WriteEndObject();
    });
}
