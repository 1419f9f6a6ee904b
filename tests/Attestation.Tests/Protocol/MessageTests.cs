using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Protocol.Enrolment;
using Coffer.Attestation.Protocol.Messages;

namespace Coffer.Attestation.Tests.Protocol;

public sealed class MessageTests
{
    [Fact]
    public void Messages_survive_being_written_and_read()
    {
        Assert.Equal(new KbsRequest("0.4.0", "tpm"), KbsRequest.Parse(new KbsRequest("0.4.0", "tpm").ToJson()));
        var challenge = KbsChallenge.Create();
        Assert.Equal(challenge, KbsChallenge.Parse(challenge.ToJson()));
        Assert.Equal(new KbsToken("a.b.c"), KbsToken.Parse(new KbsToken("a.b.c").ToJson()));
        Assert.Equal(new KbsError("PolicyDeny", "denied"), KbsError.TryParse(new KbsError("PolicyDeny", "denied").ToJson()));
        var attestation = KbsAttestation.Parse(KbsAttestation.Write(challenge.Nonce, FactKeys.Public(FactKeys.P521), new JsonObject { ["svn"] = "1" }), KbsVersion.V040);
        Assert.Equal((challenge.Nonce, FactKeys.Public(FactKeys.P521), ""), (attestation.Nonce, attestation.Key, attestation.AdditionalEvidence));
        Assert.Equal("1", attestation.Evidence.GetProperty("svn").GetString());
    }

    [Fact]
    public void A_challenge_is_the_base64_of_32_bytes_and_new_each_time()
    {
        var nonce = KbsChallenge.Create().Nonce;
        Assert.Equal(32, Convert.FromBase64String(nonce).Length);
        Assert.NotEqual(nonce, KbsChallenge.Create().Nonce);
        Assert.StartsWith("""{"nonce":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","extra-params":""}""", Encoding.UTF8.GetString(new KbsChallenge(FactKeys.Nonce).ToJson()), StringComparison.Ordinal);
        Assert.Contains("+/", Encoding.UTF8.GetString(new KbsChallenge("+/aaaaaaaaaaaaaaaaaaaaaaaaa").ToJson()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"version":"0.4.0","tee":"snp","extra-params":{"supported-hash-algorithms":["sha256"]}}""", "snp")]
    [InlineData("""{"version":"0.4.0","tee":"azsnpvtpm","extra-params":""}""", "az-snp-vtpm")]
    [InlineData("""{"extra-params":{},"tee":"tpm","version":"0.4.0","more":[1]}""", "tpm")]
    public void Requests_of_other_clients_are_read(string json, string tee) => Assert.Equal(new KbsRequest("0.4.0", tee), KbsRequest.Parse(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("""{"version":"0.4.0","tee":"snp"}""")]
    [InlineData("""{"version":"0.4.0","version":"0.4.0","tee":"snp","extra-params":""}""")]
    [InlineData("""{"version":4,"tee":"snp","extra-params":""}""")]
    [InlineData("""{"version":"0.4.0","tee":"\ud800","extra-params":""}""")]
    [InlineData("[]")]
    [InlineData("")]
    public void Requests_that_are_none_are_refused(string json) => Assert.Throws<AttestationException>(() => KbsRequest.Parse(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("SHA384", true)]
    [InlineData("sha512", false)]
    public void A_challenge_may_select_SHA_384_only(string hash, bool taken)
    {
        var json = Encoding.UTF8.GetBytes($$$"""{"nonce":"{{{FactKeys.Nonce}}}","extra-params":{"selected-hash-algorithm":"{{{hash}}}"}}""");
        if (taken) Assert.Equal(FactKeys.Nonce, KbsChallenge.Parse(json).Nonce);
        else Assert.Equal(AttestationFault.Unsupported, Assert.Throws<AttestationException>(() => KbsChallenge.Parse(json)).Fault);
    }

    [Fact]
    public void Old_attestations_carry_the_evidence_beside_the_key_or_as_text()
    {
        var flat = "{\"tee-pubkey\":" + FactKeys.P256 + ",\"tee-evidence\":{\"svn\":\"1\"}}";
        var text = $$"""{"tee-pubkey":{{FactKeys.P256}},"tee-evidence":"{\"svn\":\"1\"}"}""";
        foreach (var (json, version) in new[] { (flat, KbsVersion.V020), (flat, KbsVersion.V011), (text, KbsVersion.V010) })
        {
            var attestation = KbsAttestation.Parse(Encoding.UTF8.GetBytes(json), version);
            Assert.Equal("1", attestation.Evidence.GetProperty("svn").GetString());
            Assert.Null(attestation.Nonce);
        }
        Assert.Throws<AttestationException>(() => KbsAttestation.Parse(Encoding.UTF8.GetBytes(flat), KbsVersion.V040));
    }

    [Theory]
    [InlineData(KbsVersion.V011, true)]
    [InlineData(KbsVersion.V020, false)]
    public void RSA1_5_is_for_the_versions_that_had_it(KbsVersion version, bool taken)
    {
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        var key = TeePublicKey.FromRsa(rsa.ExportParameters(false)).Canonical.Replace("RSA-OAEP-256", "RSA1_5", StringComparison.Ordinal);
        var json = Encoding.UTF8.GetBytes($$$"""{"tee-pubkey":{{{key}}},"tee-evidence":{}}""");
        if (taken) Assert.Equal("RSA1_5", KbsAttestation.Parse(json, version, allowRsa15: true).Key.Algorithm);
        else Assert.Throws<AttestationException>(() => KbsAttestation.Parse(json, version, allowRsa15: true));
    }

    [Fact]
    public void Bombs_of_JSON_are_refused_before_anything_is_made_of_them()
    {
        string Attestation(string evidence) => "{\"runtime-data\":{\"nonce\":\"" + FactKeys.Nonce + "\",\"tee-pubkey\":" + FactKeys.P256 + "},\"tee-evidence\":{\"primary_evidence\":" + evidence + ",\"additional_evidence\":\"\"}}";
        foreach (var evidence in new[]
        {
            string.Concat(Enumerable.Repeat("[", 100_000)), new string('[', 40) + new string(']', 40), "[" + string.Join(',', Enumerable.Repeat("0", 70_000)) + "]",
            "\"" + new string('x', KbsAttestation.MostBytes) + "\"",
        })
        {
            Assert.Equal(AttestationFault.Malformed, Assert.Throws<AttestationException>(() => KbsAttestation.Parse(Encoding.UTF8.GetBytes(Attestation(evidence)), KbsVersion.V040)).Fault);
        }
        Assert.NotNull(KbsAttestation.Parse(Encoding.UTF8.GetBytes(Attestation("[" + string.Join(',', Enumerable.Repeat("0", 60_000)) + "]")), KbsVersion.V040));
    }

    [Theory]
    [InlineData("""{"exp":1700000000}""", 1700000000L)]
    [InlineData("""{"exp":"x"}""", null)]
    [InlineData("{}", null)]
    [InlineData("no json", null)]
    [InlineData("""{"exp":99999999999999}""", null)]
    public void A_token_tells_when_it_expires(string payload, long? seconds) =>
        Assert.Equal(seconds, new KbsToken($"e30.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}.AAAA").Expires()?.ToUnixTimeSeconds());

    [Theory]
    [InlineData("a b.c.d")]
    [InlineData("a\\r\\nX-Header: 1")]
    [InlineData("")]
    public void A_token_that_would_break_a_header_is_refused(string token) =>
        Assert.Throws<AttestationException>(() => KbsToken.Parse(Encoding.UTF8.GetBytes($$"""{"token":"{{token}}"}""")));

    [Theory]
    [InlineData("<html>")]
    [InlineData("""{"type":"x"}""")]
    [InlineData("")]
    public void A_body_that_is_no_error_document_is_none(string body) => Assert.Null(KbsError.TryParse(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void Enrolment_messages_survive_being_written_and_read_and_keep_their_secrets_out_of_sight()
    {
        var request = new EnrolmentRequest(null, [1, 2], [3], "join-secret", "node-1", null);
        var read = EnrolmentRequest.Parse(request.ToJson());
        Assert.Equal((null, "join-secret", "node-1", null), (read.EkCertificate, read.JoinToken, read.Name, read.HostUuid));
        Assert.Equal(("0102", "03"), (Convert.ToHexString(read.EkPublic), Convert.ToHexString(read.AkPublic)));
        Assert.DoesNotContain("join-secret", read.ToString(), StringComparison.Ordinal);

        var challenge = EnrolmentChallenge.Parse(new EnrolmentChallenge("id-1", [1], [2], [3]).ToJson());
        Assert.Equal(("id-1", "01", "02", "03"), (challenge.Enrolment, Convert.ToHexString(challenge.CredentialBlob), Convert.ToHexString(challenge.EncryptedSecret), Convert.ToHexString(challenge.Nonce)));
        Assert.Throws<AttestationException>(() => EnrolmentChallenge.Parse(new EnrolmentChallenge("../x", [1], [2], [3]).ToJson()));

        var proof = EnrolmentProof.Parse(new EnrolmentProof([9], new EnrolmentQuoteMessage([1], [2], [.. Enumerable.Range(0, 24).Select(i => new byte[32])])).ToJson());
        Assert.Equal((1, 24), (proof.Secret.Length, proof.Quote.Pcrs.Count));
        Assert.Throws<AttestationException>(() => EnrolmentProof.Parse(new EnrolmentProof([9], new EnrolmentQuoteMessage([1], [2], [new byte[32]])).ToJson()));
        Assert.Equal(new EnrolmentResult("h", "pending", "000b"), EnrolmentResult.Parse(new EnrolmentResult("h", "pending", "000b").ToJson()));
    }
}
