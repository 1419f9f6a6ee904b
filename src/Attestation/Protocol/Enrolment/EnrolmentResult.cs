using Coffer.Attestation.Protocol.Json;

namespace Coffer.Attestation.Protocol.Enrolment;

/// <summary>Answers a proof.</summary>
/// <param name="Host">The host's id at this broker.</param>
/// <param name="State"><c>pending</c>: an operator decides; <c>approved</c>: a rule did.</param>
/// <param name="AkName">The TPM name of the attestation key, lower-case hex.</param>
public sealed record EnrolmentResult(string Host, string State, string AkName)
{
    /// <summary>The longest message that is read, in bytes.</summary>
    public const int MostBytes = 16 * 1024;

    /// <summary>Reads one.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>.</exception>
    public static EnrolmentResult Parse(ReadOnlyMemory<byte> utf8) => MessageObject.Read(utf8, MostBytes, "the broker's enrolment answer", json =>
        new EnrolmentResult(json.Text("host", 128), json.Text("state", 32), json.Text("ak_name", 200)));

    /// <summary>Writes it.</summary>
    public byte[] ToJson() => MessageJson.Write(json =>
    {
        json.WriteString("host", Host);
        json.WriteString("state", State);
        json.WriteString("ak_name", AkName);
    });
}
