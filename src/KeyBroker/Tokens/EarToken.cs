using System.Text.Json.Nodes;
using Coffer.KeyBroker.Hosts;
using Coffer.KeyBroker.Sessions;

namespace Coffer.KeyBroker.Tokens;

/// <summary>
/// The claims of an attestation token: an EAT attestation result (draft-ietf-rats-ear) as the KBS protocol's clients and peers read
/// it. Of the verifier's claims it carries none: they can be large, and stand in the store under <c>jti</c>.
/// </summary>
internal static class EarToken
{
    private const string Profile = "tag:github.com,2024:confidential-containers/Trustee";

    public const string Issuer = "coffer";
    public const int MostBytes = 8 * 1024;

    public static JsonObject Claims(VerifiedAttestation attestation, Host? host, string nonce, string additionalEvidence, string build)
    {
        var runtime = new JsonObject { ["nonce"] = nonce, ["tee-pubkey"] = JsonNode.Parse(attestation.Key.Canonical) };
        if (additionalEvidence.Length == 0) runtime["additional-evidence"] = "";
        var evidence = new JsonObject { ["tee"] = attestation.Tee, ["runtime_data_claims"] = runtime };
        if (host is not null) evidence["host"] = new JsonObject { ["id"] = host.Id };
        var vector = Vector(attestation, host);
        return new JsonObject
        {
            ["eat_profile"] = Profile,
            ["iss"] = Issuer,
            ["jti"] = attestation.Id,
            ["iat"] = attestation.Issued.ToUnixTimeSeconds(),
            ["nbf"] = attestation.Issued.ToUnixTimeSeconds(),
            ["exp"] = attestation.Expires.ToUnixTimeSeconds(),
            ["ear.verifier-id"] = new JsonObject { ["developer"] = "coffer", ["build"] = build },
            ["submods"] = new JsonObject
            {
                ["cpu0"] = new JsonObject
                {
                    ["ear.status"] = Status(vector),
                    ["ear.trustworthiness-vector"] = vector,
                    ["ear.appraisal-policy-id"] = "default",
                    ["ear.veraison.annotated-evidence"] = evidence,
                },
            },
        };
    }

    // Values of draft-ietf-rats-ar4si, section 2.3.4: what the broker itself knows. Everything finer is for policies.
    private static JsonObject Vector(VerifiedAttestation attestation, Host? host)
    {
        const int trusted = 2, approvedBoot = 3, unrecognized = 33, contraindicated = 97;
        var genuine = attestation.Machine is not null && host is not null;
        return new JsonObject
        {
            ["instance-identity"] = genuine ? trusted : contraindicated,
            ["configuration"] = 0,
            ["executables"] = host?.Baseline is not { } baseline ? 0 : BaselineMatch.Holds(baseline, attestation.Claims["tpm"]?["pcrs"]) ? approvedBoot : unrecognized,
            ["file-system"] = 0,
            ["hardware"] = genuine ? trusted : contraindicated,
            ["runtime-opaque"] = 0,
            ["storage-opaque"] = 0,
            ["sourced-data"] = 0,
        };
    }

    private static string Status(JsonObject vector) => vector.Max(v => (int)v.Value!) switch
    {
        < 2 => "none",
        < 32 => "affirming",
        < 96 => "warning",
        _ => "contraindicated",
    };
}
