using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Attestation.Tests.Tpm.EventLog;
using Coffer.Attestation.Tpm.EventLog;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Attestation.Tpm.Verification;
using Coffer.Support;

namespace Coffer.Attestation.Tests.Tpm.Verification;

public sealed class TpmFuzzTests
{
    [Fact]
    public void Evidence_that_was_changed_is_refused_or_says_the_same_as_before()
    {
        using var tpm = new FakeTpm { HostUuid = "host-1" };
        using var curve = new FakeTpm { Ecc = true };
        var log = new LogBuilder().SecureBoot(1).Grub("grub_cmd", "linux /vmlinuz").File("/vmlinuz", "kernel");
        for (var register = 0u; register < 24; register++) (tpm.Sha256[(int)register], tpm.Sha384[(int)register]) = (log.Register(TpmAlgorithm.Sha256, register), log.Register(TpmAlgorithm.Sha384, register));
        tpm.EventLog = log.Bytes;
        string[] claims = [tpm.Verify().Claims.ToJsonString(), curve.Verify().Claims.ToJsonString()];
        FakeTpm[] tpms = [tpm, curve];
        var verifier = new TpmVerifier();
        Fuzzing.Run("tpm evidence", [Text(tpm), Text(curve)], (input, seed) => Expect(() =>
        {
            if (Parse(input) is not { } json) return;
            using (json)
            {
                // A part that the evidence may lack may go; what is said must be what was signed.
                foreach (var (name, value) in verifier.Verify(json.RootElement, FakeTpm.Digest, tpms[seed].Offered).Claims["tpm"]!.AsObject())
                {
                    if (name is "pcrs" or "ak" or "boot" or "event_log" or "binding_key") continue;
                    Assert.Equal(JsonNode.Parse(claims[seed])!["tpm"]![name]!.ToJsonString(), value!.ToJsonString());
                }
            }
        }), 1_000);
    }

    [Fact]
    public void Event_logs_that_are_none_are_refused()
    {
        var log = new LogBuilder().SecureBoot(1).Grub("grub_cmd", "linux /vmlinuz").File("/vmlinuz", "kernel").Event(11, 0xD, ".linux\0"u8.ToArray()).Event(12, 0xD, Encoding.Unicode.GetBytes("quiet\0"));
        byte[] old = [4, 0, 0, 0, 13, 0, 0, 0, .. new byte[20], 2, 0, 0, 0, 1, 2];
        Fuzzing.Run("event log", [log.Bytes, old], (input, _) => Expect(() =>
        {
            var parsed = TcgEventLog.Parse(input);
            foreach (var bank in parsed.Banks) EventLogReplay.Compute(parsed, bank);
            if (!parsed.Banks.Contains(TpmAlgorithm.Sha256)) return;
            // Whatever the log says, held against the values that it computes to: the readers of claims must bear every event.
            var values = EventLogReplay.Compute(parsed, TpmAlgorithm.Sha256).ToDictionary(v => v.Key, v => (ReadOnlyMemory<byte>)v.Value);
            var boot = BootClaims.Replay(parsed, [new TpmPcrValues(TpmAlgorithm.Sha256, values)]);
            Assert.NotEmpty(boot.Boot().ToJsonString() + boot.Log().ToJsonString());
        }));
    }

    [Fact]
    public void Structures_that_are_none_are_refused_and_the_others_are_written_as_they_were_read()
    {
        using var tpm = new FakeTpm();
        using var curve = new FakeTpm { Ecc = true };
        byte[] Part(FakeTpm from, params string[] path) => Convert.FromBase64String(path.Aggregate((JsonNode)from.Evidence(), (json, name) => json[name]!).GetValue<string>());
        Fuzzing.Run("tpms attest", [Part(tpm, "tpm_quote", "message"), Part(tpm, "coffer", "binding_key", "attest")], (input, _) => Expect(() => TpmAttest.Parse(input)));
        Fuzzing.Run("tpmt signature", [Part(tpm, "tpm_quote", "signature"), Part(curve, "coffer", "quote", "signature")], (input, _) => Expect(() => Assert.Equal(input, TpmSignature.Parse(input).ToBytes())));
        Fuzzing.Run("tpm2b public", [Part(tpm, "coffer", "ak"), Part(curve, "coffer", "ak"), Part(tpm, "coffer", "binding_key", "public")], (input, _) => Expect(() => Assert.Equal(input, TpmPublic.ParseSized(input).ToSizedBytes())));
    }

    private static byte[] Text(FakeTpm tpm) => Encoding.UTF8.GetBytes(tpm.Evidence().ToJsonString());

    private static JsonDocument? Parse(byte[] input)
    {
        try
        {
            return JsonDocument.Parse(input);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Expect(Action action)
    {
        try
        {
            action();
        }
        catch (AttestationException)
        {
            // A refusal is right.
        }
    }
}
