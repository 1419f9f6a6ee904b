using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Attestation.Tpm.Certificates;
using Coffer.KeyBroker.Documents;

namespace Coffer.KeyBroker.Trust;

/// <summary>One thing that an operator installed.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Fingerprint">SHA-256 of the DER in lower-case hex; of an endorsement key of its SubjectPublicKeyInfo.</param>
/// <param name="Der">The certificate or list; empty for an endorsement key.</param>
/// <param name="Name">The subject of a certificate, the issuer of a list, the comment on an endorsement key.</param>
/// <param name="Until">The certificate's end, or when the list's successor is due; null for an endorsement key.</param>
/// <param name="Added">When it was installed.</param>
internal sealed record TrustItem(TrustKind Kind, string Fingerprint, ReadOnlyMemory<byte> Der, string? Name, DateTimeOffset? Until, DateTimeOffset Added)
{
    public string Key => $"{Word(Kind)}/{Fingerprint}";

    public static TrustItem Of(EkTrustItem item, DateTimeOffset added) => new(
        item.Kind switch { EkTrustKind.Root => TrustKind.Root, EkTrustKind.Intermediate => TrustKind.Intermediate, _ => TrustKind.Crl },
        item.Fingerprint, item.Der, item.Subject, item.Ends, added);

    /// <summary>As the verifier takes it; not of an endorsement key's fingerprint.</summary>
    public EkTrustItem ToAttestation() => new(
        Kind switch { TrustKind.Root => EkTrustKind.Root, TrustKind.Intermediate => EkTrustKind.Intermediate, _ => EkTrustKind.RevocationList },
        Der.ToArray(), Fingerprint, Name ?? "", Until ?? Added);

    public JsonObject Show() => new()
    {
        ["kind"] = Word(Kind),
        ["sha256"] = Fingerprint,
        [Kind == TrustKind.Ek ? "comment" : "name"] = Name,
        ["until"] = Until is { } until ? Shown(until) : null,
        ["added"] = Shown(Added),
    };

    public byte[] ToBytes() => StoredDocument.Write(new JsonObject
    {
        ["kind"] = Word(Kind),
        ["sha256"] = Fingerprint,
        ["der"] = Convert.ToBase64String(Der.Span),
        ["name"] = Name,
        ["until"] = Until is { } until ? StoredDocument.Time(until) : null,
        ["added"] = StoredDocument.Time(Added),
    });

    public static TrustItem FromBytes(ReadOnlySpan<byte> value) => StoredDocument.Read("trust anchor", value, d => new TrustItem(
        KindOf((string)d["kind"]!) ?? throw new FormatException("no such kind"), (string)d["sha256"]!, Convert.FromBase64String((string)d["der"]!),
        (string?)d["name"], StoredDocument.OptionalTime(d["until"]), StoredDocument.Time(d["added"])));

    public static string Word(TrustKind kind) => kind switch
    {
        TrustKind.Root => "root",
        TrustKind.Intermediate => "intermediate",
        TrustKind.Crl => "crl",
        _ => "ek",
    };

    public static TrustKind? KindOf(string word) => word switch
    {
        "root" => TrustKind.Root,
        "intermediate" => TrustKind.Intermediate,
        "crl" => TrustKind.Crl,
        "ek" => TrustKind.Ek,
        _ => null,
    };

    private static string Shown(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
