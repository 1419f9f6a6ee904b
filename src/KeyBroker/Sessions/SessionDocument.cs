using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol;
using Coffer.KeyBroker.Documents;

namespace Coffer.KeyBroker.Sessions;

/// <summary>A session as it is stored.</summary>
internal static class SessionDocument
{
    public static byte[] Write(Session session) => StoredDocument.Write(new JsonObject
    {
        ["id"] = session.Id,
        ["nonce"] = session.Nonce,
        ["tee"] = session.Tee,
        ["version"] = KbsVersions.TextOf(session.Version),
        ["created"] = StoredDocument.Time(session.Created),
        ["expires"] = StoredDocument.Time(session.Expires),
        ["state"] = (int)session.State,
        ["attestation"] = session.AttestationId,
    });

    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>: not a session.</exception>
    public static Session Read(ReadOnlySpan<byte> value) => StoredDocument.Read("session", value, d => new Session(
        (string)d["id"]!, (string)d["nonce"]!, (string)d["tee"]!, KbsVersions.Find((string)d["version"]!) ?? throw new FormatException("no such version"),
        StoredDocument.Time(d["created"]), StoredDocument.Time(d["expires"]))
    {
        State = (int)d["state"]! is >= 0 and <= (int)SessionState.Attested and var state ? (SessionState)state : throw new FormatException("no such state"),
        AttestationId = (string?)d["attestation"],
    });
}
