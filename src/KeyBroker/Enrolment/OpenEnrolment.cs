using System.Text.Json.Nodes;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Hosts;

namespace Coffer.KeyBroker.Enrolment;

/// <summary>An enrolment whose credential was made and waits to be activated.</summary>
/// <param name="Id">The first 16 digits of the endorsement key's fingerprint, then 32 random hex digits.</param>
/// <param name="Ek">The endorsement key that the credential was made to.</param>
/// <param name="Ak">The attestation key that it was made for.</param>
/// <param name="Nonce">32 bytes.</param>
/// <param name="SecretHash">SHA-256 of the credential's secret: the secret itself is nowhere but in the credential.</param>
/// <param name="Expires">From when on it is gone.</param>
internal sealed record OpenEnrolment(string Id, HostEk Ek, HostAk Ak, byte[] Nonce, byte[] SecretHash, DateTimeOffset Expires)
{
    private const int PrefixCharacters = 16;

    public static string NewId(HostEk ek) => PrefixOf(ek) + RandomNames.New();

    /// <summary>What the ids of all enrolments of an endorsement key begin with.</summary>
    public static string PrefixOf(HostEk ek) => ek.Fingerprint[..PrefixCharacters];

    public static bool IsId(string text) => text.Length == PrefixCharacters + RandomNames.Characters && text.All(char.IsAsciiHexDigitLower);

    /// <summary>The endorsement key as it was shown, TPM2B_PUBLIC: its trust is asked for again at the end.</summary>
    public ReadOnlyMemory<byte> EkPublic { get; init; }

    /// <summary>Its certificate, DER; null without one.</summary>
    public byte[]? EkCertificate { get; init; }

    public string? JoinTokenId { get; init; }

    public string? Name { get; init; }

    public string? HostUuid { get; init; }

    public byte[] ToBytes() => StoredDocument.Write(new JsonObject
    {
        ["ek"] = new JsonObject { ["sha256"] = Ek.Fingerprint, ["issuer"] = Ek.Issuer, ["public"] = Convert.ToBase64String(EkPublic.Span), ["certificate"] = EkCertificate is { } certificate ? Convert.ToBase64String(certificate) : null },
        ["ak"] = new JsonObject { ["name"] = Ak.Name, ["public"] = Convert.ToBase64String(Ak.Public.Span) },
        ["nonce"] = Convert.ToBase64String(Nonce),
        ["secret"] = Convert.ToBase64String(SecretHash),
        ["expires"] = StoredDocument.Time(Expires),
        ["join_token"] = JoinTokenId,
        ["name"] = Name,
        ["host_uuid"] = HostUuid,
    });

    public static OpenEnrolment FromBytes(string id, ReadOnlySpan<byte> value) => StoredDocument.Read("enrolment", value, d => new OpenEnrolment(
        id, new HostEk((string)d["ek"]!["sha256"]!, (string?)d["ek"]!["issuer"]),
        new HostAk((string)d["ak"]!["name"]!, Convert.FromBase64String((string)d["ak"]!["public"]!)),
        Convert.FromBase64String((string)d["nonce"]!), Convert.FromBase64String((string)d["secret"]!), StoredDocument.Time(d["expires"]))
    {
        EkPublic = Convert.FromBase64String((string)d["ek"]!["public"]!),
        EkCertificate = (string?)d["ek"]!["certificate"] is { } certificate ? Convert.FromBase64String(certificate) : null,
        JoinTokenId = (string?)d["join_token"],
        Name = (string?)d["name"],
        HostUuid = (string?)d["host_uuid"],
    });
}
