using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Attestation;
using Coffer.Attestation.Protocol;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Hosts;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Tokens;

namespace Coffer.KeyBroker.Sessions;

/// <summary>Attestations in the store.</summary>
internal static class VerifiedAttestationRecords
{
    public static ValueTask PutAsync(IStoreWriter store, VerifiedAttestation attestation) =>
        store.PutAsync(Collections.Attestations, attestation.Id, Write(attestation), attestation.Expires);

    /// <summary>The attestation, or null where there is none that lives.</summary>
    public static async ValueTask<VerifiedAttestation?> FindAsync(IStoreReader store, string id, DateTimeOffset now)
    {
        if (!RandomNames.IsOne(id) || await store.FindAsync(Collections.Attestations, id).ConfigureAwait(false) is not { } record) return null;
        var attestation = StoredDocument.Read("attestation", record.Value, Read);
        // One of the future is of before the clock was set back, and would live longer than it should.
        return attestation.Expires > now && attestation.Issued <= now + EarTokens.Skew ? attestation : null;
    }

    private static byte[] Write(VerifiedAttestation attestation) => StoredDocument.Write(new JsonObject
    {
        ["id"] = attestation.Id,
        ["tee"] = attestation.Tee,
        ["machine"] = attestation.Machine is { } machine ? new JsonObject { ["ak"] = machine.AkName, ["counters"] = CountersDocument.Write(machine.Counters) } : null,
        ["key"] = JsonNode.Parse(attestation.Key.Canonical),
        ["claims"] = attestation.Claims.DeepClone(),
        ["issued"] = StoredDocument.Time(attestation.Issued),
        ["expires"] = StoredDocument.Time(attestation.Expires),
    });

    private static VerifiedAttestation Read(JsonObject d) => new(
        (string)d["id"]!, (string)d["tee"]!,
        d["machine"] is { } machine ? new MachineIdentity((string)machine["ak"]!, CountersDocument.Read(machine["counters"]!)) : null,
        ReadKey(d["key"]!), d["claims"]!.DeepClone().AsObject(), StoredDocument.Time(d["issued"]), StoredDocument.Time(d["expires"]));

    private static TeePublicKey ReadKey(JsonNode key)
    {
        using var document = JsonDocument.Parse(JsonText.Utf8(key));
        return TeePublicKey.Parse(document.RootElement, allowRsa15: true);
    }
}
