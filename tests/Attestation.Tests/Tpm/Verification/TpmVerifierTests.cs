using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Attestation.Tpm.Verification;

namespace Coffer.Attestation.Tests.Tpm.Verification;

public sealed class TpmVerifierTests : IDisposable
{
    private readonly FakeTpm _tpm = new();

    public void Dispose() => _tpm.Dispose();

    [Theory]
    [InlineData(false, (int)TpmAlgorithm.RsaSsa, (int)TpmAlgorithm.Sha256)]
    [InlineData(false, (int)TpmAlgorithm.RsaPss, (int)TpmAlgorithm.Sha256)]
    [InlineData(false, (int)TpmAlgorithm.RsaSsa, (int)TpmAlgorithm.Sha384)]
    [InlineData(true, (int)TpmAlgorithm.EcDsa, (int)TpmAlgorithm.Sha256)]
    [InlineData(true, (int)TpmAlgorithm.EcDsa, (int)TpmAlgorithm.Sha512)]
    public void What_a_TPM_signed_becomes_claims(bool ecc, int scheme, int hash)
    {
        (_tpm.Ecc, _tpm.Scheme, _tpm.Hash, _tpm.HostUuid) = (ecc, (TpmAlgorithm)scheme, (TpmAlgorithm)hash, "4c4c4544-0042");
        var verdict = _tpm.Verify();

        Assert.Equal("tpm", verdict.Tee);
        Assert.Equal(new MachineIdentity(Convert.ToHexStringLower(_tpm.Ak.ComputeName()), new BootCounters(7, 1, 123_456, true)), verdict.Machine);
        var tpm = verdict.Claims["tpm"]!;
        Assert.Equal(Convert.ToHexStringLower(_tpm.Sha256[7]), tpm["pcrs"]!["sha256"]!["7"]!.GetValue<string>());
        Assert.Equal(Convert.ToHexStringLower(_tpm.Sha384[23]), tpm["pcrs"]!["sha384"]!["23"]!.GetValue<string>());
        Assert.Equal(ecc ? "ecc" : "rsa", tpm["ak"]!["algorithm"]!.GetValue<string>());
        Assert.Equal("""{"resets":7,"restarts":1,"milliseconds":123456,"safe":true}""", tpm["clock"]!.ToJsonString());
        Assert.Equal("0102030405060708", tpm["firmware_version"]!.GetValue<string>());
        Assert.Equal($$"""{"certified":true,"pcr_bound":true,"name":"{{Convert.ToHexStringLower(_tpm.Binding.ComputeName())}}","pcrs":[0,7,11]}""", tpm["binding_key"]!.ToJsonString());
        Assert.Equal("4c4c4544-0042", tpm["host_uuid"]!.GetValue<string>());
        Assert.Null(tpm["boot"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_key_that_comes_again_vouches_for_no_more_than_before(bool ecc)
    {
        _tpm.Ecc = ecc;
        if (ecc) _tpm.Scheme = TpmAlgorithm.EcDsa;
        Parallel.For(0, 20, _ => Assert.NotNull(_tpm.Verify().Machine));
        var other = SHA384.HashData("another nonce"u8);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(AttestationFault.Untrusted, Assert.Throws<AttestationException>(() => _tpm.Verify(digest: other)).Fault);
            _tpm.Attributes |= TpmObjectAttributes.Decrypt; // the same numbers in another area are another key
            Assert.Equal(AttestationFault.Untrusted, Assert.Throws<AttestationException>(() => _tpm.Verify()).Fault);
            _tpm.Attributes &= ~TpmObjectAttributes.Decrypt;
            Assert.NotNull(_tpm.Verify().Machine);
        }
    }

    [Fact]
    public void A_plain_guest_is_verified_and_named_by_its_key_in_the_usual_template()
    {
        var verdict = _tpm.Verify(e => e.Remove("coffer"));
        Assert.Equal(Convert.ToHexStringLower(_tpm.Ak.ComputeName()), verdict.Machine!.AkName);
        Assert.Null(verdict.Claims["tpm"]!["binding_key"]);
    }

    [Fact]
    public void A_key_without_policy_is_certified_but_not_bound()
    {
        (_tpm.BoundPcrs, _tpm.BindingAttributes) = (null, FakeTpm.BoundAttributes | TpmObjectAttributes.UserWithAuth);
        var claim = _tpm.Verify().Claims["tpm"]!["binding_key"]!;
        Assert.False(claim["pcr_bound"]!.GetValue<bool>());
        Assert.Null(claim["pcrs"]);
    }

    [Fact]
    public void A_register_outside_the_signed_selection_gives_no_claim()
    {
        _tpm.Selected = [0, 7, 11];
        var pcrs = _tpm.Verify().Claims["tpm"]!["pcrs"]!["sha256"]!.AsObject();
        Assert.Equal(["0", "7", "11"], pcrs.Select(p => p.Key));
    }

    [Fact]
    public void A_binding_key_bound_to_a_register_that_was_not_quoted_is_not_proven()
    {
        (_tpm.Selected, _tpm.BoundPcrs) = ([0, 7], [0, 11]);
        Refused("not quoted");
    }

    [Fact]
    public void Evidence_of_another_nonce_or_key_is_refused()
    {
        var other = (byte[])FakeTpm.Digest.Clone();
        other[31] ^= 1;
        Refused("another nonce", digest: other);
        other = (byte[])FakeTpm.Digest.Clone();
        other[40] ^= 1; // beyond what the first quote carries
        Refused("the second quote is bound to another", digest: other);
        _tpm.ExtraData = FakeTpm.Digest;
        Refused("another nonce");
    }

    [Fact]
    public void Nothing_of_a_quote_can_be_changed()
    {
        Refused("signature of the quote", e => Flip(e["tpm_quote"]!.AsObject(), "message", 80));
        Refused("signature of the quote", e => Flip(e["tpm_quote"]!.AsObject(), "signature", -1));
        Refused("not those that were signed", e => e["tpm_quote"]!["pcrs"]![4] = new string('0', 64));
        Refused("not those that were signed", e => e["coffer"]!["quote"]!["banks"]!["sha384"]![4] = new string('0', 96));
        Refused("host_uuid", e => { e["coffer"]!["host_uuid"] = "other"; e["coffer"]!.AsObject().Remove("quote"); }, AttestationFault.Malformed);
        Refused("the second quote is bound to another", e => e["coffer"]!["host_uuid"] = "other");
        Refused("two keys", e => { using var rsa = RSA.Create(2048); e["ak_public"] = Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo()); });
    }

    [Fact]
    public void A_structure_that_no_TPM_made_is_refused()
    {
        _tpm.Magic = 0xff544348;
        Refused("TPM_GENERATED_VALUE", fault: AttestationFault.Malformed);
    }

    [Fact]
    public void A_certification_is_no_quote_and_a_quote_no_certification()
    {
        Refused("is no quote", e =>
        {
            e["tpm_quote"]!["message"] = e["coffer"]!["binding_key"]!["attest"]!.GetValue<string>();
            e["tpm_quote"]!["signature"] = e["coffer"]!["binding_key"]!["signature"]!.GetValue<string>();
        });
        Refused("no certification", e =>
        {
            e["coffer"]!["binding_key"]!["attest"] = e["tpm_quote"]!["message"]!.GetValue<string>();
            e["coffer"]!["binding_key"]!["signature"] = e["tpm_quote"]!["signature"]!.GetValue<string>();
        });
    }

    [Theory]
    [InlineData(TpmObjectAttributes.Restricted)]
    [InlineData(TpmObjectAttributes.Sign)]
    [InlineData(TpmObjectAttributes.FixedTpm)]
    [InlineData(TpmObjectAttributes.FixedParent)]
    [InlineData(TpmObjectAttributes.SensitiveDataOrigin)]
    [InlineData(TpmObjectAttributes.Decrypt)]
    public void An_attestation_key_with_one_attribute_wrong_is_refused(TpmObjectAttributes wrong)
    {
        _tpm.Attributes ^= wrong;
        Refused(wrong.ToString());
    }

    [Fact]
    public void A_signature_over_SHA_1_is_refused()
    {
        _tpm.Hash = TpmAlgorithm.Sha1;
        Refused("weaker than SHA-256");
    }

    [Theory]
    [InlineData(TpmObjectAttributes.UserWithAuth)]
    [InlineData(TpmObjectAttributes.AdminWithPolicy)]
    [InlineData(TpmObjectAttributes.Sign)]
    [InlineData(TpmObjectAttributes.Restricted)]
    [InlineData(TpmObjectAttributes.EncryptedDuplication)]
    [InlineData(TpmObjectAttributes.FixedTpm)]
    [InlineData(TpmObjectAttributes.FixedParent)]
    [InlineData(TpmObjectAttributes.SensitiveDataOrigin)]
    [InlineData(TpmObjectAttributes.Decrypt)]
    [InlineData(TpmObjectAttributes.StClear)]
    [InlineData((TpmObjectAttributes)(1 << 25))]
    public void A_binding_key_with_one_attribute_wrong_is_not_proven(TpmObjectAttributes wrong)
    {
        _tpm.BindingAttributes ^= wrong;
        Refused("its attributes");
    }

    [Fact]
    public void A_binding_key_with_another_policy_is_not_proven()
    {
        _tpm.AuthPolicy = _tpm.Policy([0, 7]);
        Refused("not that of the quoted");
        _tpm.AuthPolicy = new byte[32];
        Refused("not that of the quoted");
        (_tpm.BoundPcrs, _tpm.BindingAttributes) = (null, FakeTpm.BoundAttributes | TpmObjectAttributes.UserWithAuth);
        Refused("not explained");
    }

    [Fact]
    public void A_binding_key_that_the_attestation_key_did_not_certify_for_this_nonce_is_not_proven()
    {
        _tpm.CertifiedName = [0, 0x0b, .. new byte[32]];
        Refused("another key was certified");
        (_tpm.CertifiedName, _tpm.ExtraDataOfCertify) = (null, new byte[32]);
        Refused("certified for another nonce");
        (_tpm.ExtraDataOfCertify, _tpm.SignerOfCertify) = (null, [0, 0x0b, .. Enumerable.Repeat((byte)1, 32)]);
        Refused("another parent");
        (_tpm.SignerOfCertify, _tpm.ResetsOfCertify) = (null, 8);
        Refused("reset between");
        _tpm.ResetsOfCertify = null;
        Refused("certification", e => Flip(e["coffer"]!["binding_key"]!.AsObject(), "signature", -1));
        using var other = new FakeTpm(1);
        Refused("certification", e => e["coffer"]!["binding_key"]!["signature"] = other.Evidence()["coffer"]!["binding_key"]!["signature"]!.GetValue<string>());
    }

    [Fact]
    public void Two_quotes_must_be_of_one_boot_and_one_state()
    {
        using var later = new FakeTpm { Resets = 8 };
        Refused("reset between the two quotes", e => e["coffer"]!["quote"] = later.Evidence()["coffer"]!["quote"]!.DeepClone());
        using var changed = new FakeTpm();
        changed.Sha256[5] = new byte[32];
        Refused("changed between the two quotes", e =>
        {
            var second = changed.Quoted(TpmEvidence.SecondBinding(FakeTpm.Digest, null), [TpmAlgorithm.Sha256]);
            second["banks"] = new JsonObject { ["sha256"] = new JsonArray([.. changed.Sha256.Select(v => (JsonNode)Convert.ToHexStringLower(v))]) };
            e["coffer"]!["quote"] = second;
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Evidence_without_the_sha256_bank_is_refused(bool ecc)
    {
        // A bank that firmware leaves alone holds what the node's owner likes: which one counts is not his to choose.
        _tpm.Ecc = ecc;
        (_tpm.BoundPcrs, _tpm.BindingAttributes) = (null, FakeTpm.BoundAttributes | TpmObjectAttributes.UserWithAuth);
        Refused("sha256", e =>
        {
            e.Remove("tpm_quote");
            e.Remove("ak_public");
            var quote = _tpm.Quoted(TpmEvidence.SecondBinding(FakeTpm.Digest, null), [TpmAlgorithm.Sha384]);
            quote["banks"] = new JsonObject { ["sha384"] = e["coffer"]!["quote"]!["banks"]!["sha384"]!.DeepClone() };
            e["coffer"]!["quote"] = quote;
        });
    }

    [Fact]
    public void Another_key_than_the_certified_one_cannot_be_offered()
    {
        using var other = RSA.Create(2048);
        Refused("not the certified one", key: TeePublicKey.FromRsa(other.ExportParameters(false)));
        Refused("not the certified one", key: Protocol.FactKeys.Public(Protocol.FactKeys.P256));
    }

    [Fact]
    public void Evidence_that_lacks_a_part_is_refused()
    {
        Refused("'ak_public'", e => e.Remove("ak_public"), AttestationFault.Malformed);
        Refused("'tpm_quote'", e => e.Remove("tpm_quote"), AttestationFault.Malformed);
        Refused("'ak'", e => e["coffer"]!.AsObject().Remove("ak"), AttestationFault.Malformed);
        Refused("no quote", e => { e.Remove("tpm_quote"); e.Remove("ak_public"); e["coffer"]!.AsObject().Remove("quote"); }, AttestationFault.Malformed);
        Refused("empty", e => e["coffer"]!["host_uuid"] = "", AttestationFault.Malformed);
        Refused("24", e => e["tpm_quote"]!["pcrs"]!.AsArray().RemoveAt(3), AttestationFault.Malformed);
        Refused("'pcrs'", e => e["coffer"]!["binding_key"]!["pcrs"] = new JsonArray(1, 1), AttestationFault.Malformed);
        Refused("'pcrs'", e => e["coffer"]!["binding_key"]!["pcrs"] = new JsonArray(), AttestationFault.Malformed);
        Refused("event_log", e => e["coffer"]!["event_log"] = Convert.ToBase64String(new byte[(1024 * 1024) + 1]), AttestationFault.Malformed);
    }

    private void Refused(string reason, Action<JsonObject>? change = null, AttestationFault fault = AttestationFault.Untrusted, TeePublicKey? key = null, byte[]? digest = null)
    {
        var refusal = Assert.Throws<AttestationException>(() => _tpm.Verify(change, key, digest));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(fault, refusal.Fault);
    }

    private static void Flip(JsonObject json, string name, int at)
    {
        var bytes = Convert.FromBase64String(json[name]!.GetValue<string>());
        bytes[at < 0 ? bytes.Length + at : at] ^= 1;
        json[name] = Convert.ToBase64String(bytes);
    }
}
