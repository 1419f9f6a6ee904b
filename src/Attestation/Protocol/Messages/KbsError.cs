using Coffer.Attestation.Protocol.Json;

namespace Coffer.Attestation.Protocol.Messages;

/// <summary>What every refusal of the protocol says. Both members are mandatory for its clients, on every status.</summary>
/// <param name="Kind">The last segment of <c>type</c>, such as <c>PolicyDeny</c>.</param>
/// <param name="Detail">One line for people; ends in the request id.</param>
public sealed record KbsError(string Kind, string Detail)
{
    /// <summary>The longest message that is read, in bytes.</summary>
    public const int MostBytes = 64 * 1024;

    private const string Prefix = "https://github.com/confidential-containers/kbs/errors/";

    /// <summary>Reads one, or null where the body is something else.</summary>
    public static KbsError? TryParse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return MessageObject.Read(utf8, MostBytes, "error", json =>
            {
                var type = json.Text("type", 1024);
                return new KbsError(type[(type.LastIndexOf('/') + 1)..], json.Text("detail", 8192));
            });
        }
        catch (AttestationException)
        {
            return null;
        }
    }

    /// <summary>Writes it.</summary>
    public byte[] ToJson() => MessageJson.Write(json =>
    {
        json.WriteString("type", Prefix + Kind);
        json.WriteString("detail", Detail);
    });
}
