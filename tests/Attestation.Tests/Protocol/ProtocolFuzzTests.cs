using System.Text;
using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Protocol.Enrolment;
using Coffer.Attestation.Protocol.Messages;
using Coffer.Jose;
using Coffer.Support;

namespace Coffer.Attestation.Tests.Protocol;

public sealed class ProtocolFuzzTests
{
    private static readonly byte[] Token = Encoding.UTF8.GetBytes("""{"token":"e30.eyJleHAiOjE3MDAwMDAwMDAsImlhdCI6MTY5OTk5OTAwMH0.AAAA"}""");

    [Fact]
    public void Messages_of_the_protocol_are_read_or_refused()
    {
        var current = KbsAttestation.Write(FactKeys.Nonce, FactKeys.Public(FactKeys.P256), new JsonObject { ["svn"] = "1" });
        var old = Encoding.UTF8.GetBytes("{\"tee-pubkey\":" + FactKeys.P521 + ",\"tee-evidence\":\"{}\"}");
        Fuzzing.Run("kbs attestation", [current, old], (input, seed) => Expect(() => KbsAttestation.Parse(input, seed == 0 ? KbsVersion.V040 : KbsVersion.V010, allowRsa15: true)), 1_500);
        Fuzzing.Run("kbs request", [new KbsRequest("0.4.0", "tpm").ToJson()], (input, _) => Expect(() => KbsRequest.Parse(input)), 1_000);
        Fuzzing.Run("kbs challenge", [KbsChallenge.Create().ToJson()], (input, _) => Expect(() => KbsChallenge.Parse(input)), 1_000);
        Fuzzing.Run("kbs token", [Token], (input, _) => Expect(() => Assert.True((KbsToken.Parse(input).Lifetime() ?? TimeSpan.Zero) >= TimeSpan.Zero)), 1_000);
        Fuzzing.Run("kbs error", [new KbsError("PolicyDeny", "denied").ToJson()], (input, _) => KbsError.TryParse(input), 1_000);
        Fuzzing.Run("kbs uri", ["kbs://host:1/a/b/c"u8.ToArray()], (input, _) => Expect(() => KbsResourceUri.Parse(Encoding.Latin1.GetString(input))), 1_000);
    }

    [Fact]
    public void Messages_of_enrolment_are_read_or_refused()
    {
        Fuzzing.Run("enrolment request", [new EnrolmentRequest([1], [2], [3], "t", "n", "u").ToJson()], (input, _) => Expect(() => EnrolmentRequest.Parse(input)), 1_000);
        Fuzzing.Run("enrolment challenge", [new EnrolmentChallenge("id", [1], [2], [3]).ToJson()], (input, _) => Expect(() => EnrolmentChallenge.Parse(input)), 1_000);
        var proof = new EnrolmentProof([9], new EnrolmentQuoteMessage([1], [2], [.. Enumerable.Range(0, 24).Select(_ => new byte[32])]));
        Fuzzing.Run("enrolment proof", [proof.ToJson()], (input, _) => Expect(() => EnrolmentProof.Parse(input)), 1_000);
        Fuzzing.Run("enrolment result", [new EnrolmentResult("h", "pending", "000b").ToJson()], (input, _) => Expect(() => EnrolmentResult.Parse(input)), 1_000);
    }

    [Fact]
    public void Sealed_answers_that_were_changed_do_not_open_to_anything_else()
    {
        using var key = FactKeys.Private(FactKeys.P256Private);
        Fuzzing.Run("sealed answer", [Encoding.UTF8.GetBytes(FactKeys.JweP256)], (input, _) => Expect(() =>
            Assert.Equal("hello from the broker"u8.ToArray(), SealedResponse.Open(input, new JwkUnwrapper(key)))));
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
