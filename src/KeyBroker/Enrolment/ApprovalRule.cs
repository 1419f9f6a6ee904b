using System.Text.Json.Nodes;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Hosts;

namespace Coffer.KeyBroker.Enrolment;

/// <summary>
/// Approves hosts without an operator, by what is known of their endorsement keys; of the two conditions, those that are there must
/// all hold. It never makes an endorsement key trusted, and never lets a revoked one in.
/// </summary>
/// <param name="Name">Of the rule.</param>
/// <param name="EkIssuer">The issuer's name in the verified certificate, exactly; null for any.</param>
/// <param name="EkFingerprints">SHA-256 of the keys' SubjectPublicKeyInfo in lower-case hex; null for any.</param>
/// <param name="Labels">What the host gets.</param>
internal sealed record ApprovalRule(string Name, string? EkIssuer, IReadOnlyList<string>? EkFingerprints, IReadOnlyList<string> Labels)
{
    public bool Holds(HostEk ek) =>
        (EkIssuer is not null || EkFingerprints is not null)
        && (EkIssuer is null || EkIssuer == ek.Issuer)
        && (EkFingerprints is null || EkFingerprints.Contains(ek.Fingerprint));

    public JsonObject Show() => new()
    {
        ["name"] = Name,
        ["ek_issuer"] = EkIssuer,
        ["ek_fingerprints"] = EkFingerprints is null ? null : JsonText.Texts(EkFingerprints),
        ["labels"] = JsonText.Texts(Labels),
    };

    public static ApprovalRule FromBytes(ReadOnlySpan<byte> value) => StoredDocument.Read("approval rule", value, d => new ApprovalRule(
        (string)d["name"]!, (string?)d["ek_issuer"], d["ek_fingerprints"] is { } fingerprints ? StoredDocument.Texts(fingerprints) : null, StoredDocument.Texts(d["labels"])));
}
