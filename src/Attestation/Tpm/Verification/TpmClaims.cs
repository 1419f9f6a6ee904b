using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Attestation.Tpm.EventLog;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Verification;

/// <summary>Writes what was proven as claims: <c>docs/attestation/tpm.md</c> names them.</summary>
internal static class TpmClaims
{
    public static JsonObject Make(AttestationKey key, TpmAttest attest, IReadOnlyList<TpmPcrValues> banks, TpmEvidence evidence, byte[]? bindingName, BootClaims? boot)
    {
        var ak = new JsonObject { ["algorithm"] = key.IsRsa ? "rsa" : "ecc" };
        if (key.Name is { } name) ak["name"] = Convert.ToHexStringLower(name);
        var claims = new JsonObject
        {
            ["ak"] = ak,
            ["pcrs"] = Pcrs(banks),
            ["clock"] = new JsonObject
            {
                ["resets"] = attest.Counters.Resets,
                ["restarts"] = attest.Counters.Restarts,
                ["milliseconds"] = attest.Counters.Clock,
                ["safe"] = attest.Counters.Safe,
            },
            ["firmware_version"] = attest.FirmwareVersion.ToString("x16", CultureInfo.InvariantCulture),
        };
        if (bindingName is not null) claims["binding_key"] = BindingKey(bindingName, evidence.BindingKey!);
        if (boot is not null)
        {
            claims["event_log"] = boot.Log();
            claims["boot"] = boot.Boot();
        }
        if (evidence.HostUuid is { } uuid) claims["host_uuid"] = uuid;
        return new JsonObject { ["tpm"] = claims };
    }

    // The sha1 bank gives no claims: its values can be made to agree.
    private static JsonObject Pcrs(IReadOnlyList<TpmPcrValues> banks)
    {
        var all = new JsonObject();
        foreach (var bank in banks.Where(bank => HashStrength.IsEnough(bank.Bank)))
        {
            var values = new JsonObject();
            foreach (var (register, value) in bank.Values.OrderBy(pair => pair.Key))
                values[register.ToString(CultureInfo.InvariantCulture)] = Convert.ToHexStringLower(value.Span);
            all[TpmHash.Name(bank.Bank)] = values;
        }
        return all;
    }

    private static JsonObject BindingKey(byte[] name, BindingKeyEvidence evidence)
    {
        var claim = new JsonObject { ["certified"] = true, ["pcr_bound"] = evidence.Pcrs is not null, ["name"] = Convert.ToHexStringLower(name) };
        if (evidence.Pcrs is { } registers) claim["pcrs"] = new JsonArray([.. registers.Order().Select(register => (JsonNode)JsonValue.Create(register))]);
        return claim;
    }
}
