using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Tpm;
using Coffer.Attestation.Tpm.Keys;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Attestation.Tpm.Verification;
using Coffer.Support;

namespace Coffer.Attestation.Tests.Tpm.Verification;

/// <summary>What software TPMs say, by our attester and by tpm2-tools.</summary>
public sealed class SoftwareTpmEvidenceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(AkAlgorithm.Rsa)]
    [InlineData(AkAlgorithm.EllipticCurve)]
    public async Task What_our_attester_collects_is_verified_in_all_its_parts(AkAlgorithm algorithm)
    {
        await using var node = await TestNode.StartAsync(certified: true);
        await node.Tpm.ExtendAsync(14);
        using var attester = node.Attester(s => s with { AkAlgorithm = algorithm, HostUuid = "host-1" });
        using var key = await attester.OpenKeyAsync(Cancel);
        var digest = ReportData.Compute(KbsVersion.V040, Protocol.FactKeys.Nonce, key.Public);
        var verdict = Verify(await attester.CollectAsync(digest, key, Cancel), digest, key.Public);

        var tpm = verdict.Claims["tpm"]!;
        Assert.True(tpm["binding_key"]!["certified"]!.GetValue<bool>() && tpm["binding_key"]!["pcr_bound"]!.GetValue<bool>());
        Assert.Equal(["sha256", "sha384"], tpm["pcrs"]!.AsObject().Select(b => b.Key).Order());
        Assert.NotEqual(new string('0', 64), tpm["pcrs"]!["sha256"]!["14"]!.GetValue<string>());
        Assert.Equal("host-1", tpm["host_uuid"]!.GetValue<string>());
        Assert.Equal(tpm["ak"]!["name"]!.GetValue<string>(), verdict.Machine!.AkName);
        Assert.Equal(68, verdict.Machine.AkName.Length);

        var other = (byte[])digest.Clone();
        other[0] ^= 1;
        var evidence = await attester.CollectAsync(other, key, Cancel);
        Assert.Equal(AttestationFault.Untrusted, Assert.Throws<AttestationException>(() => Verify(evidence, digest, key.Public)).Fault);
    }

    [Fact]
    public async Task Counters_rise_over_a_reset_and_a_plain_guests_form_names_the_same_machine()
    {
        await using var node = await TestNode.StartAsync();
        using var attester = node.Attester();
        var first = await VerdictAsync(attester);
        var plain = await VerdictAsync(attester, e => e.Remove("coffer"));
        Assert.Equal(first.Machine!.AkName, plain.Machine!.AkName);
        await node.Tpm.ResetAsync(cancellationToken: Cancel);
        var second = await VerdictAsync(attester);
        Assert.Equal(first.Machine.AkName, second.Machine!.AkName);
        Assert.True(second.Machine.Counters.Resets > first.Machine.Counters.Resets);
    }

    [Theory]
    [InlineData("rsa", "rsassa")]
    [InlineData("rsa", "rsapss")]
    [InlineData("ecc", "ecdsa")]
    public async Task What_tpm2_quote_signs_is_verified(string algorithm, string scheme)
    {
        await using var node = await TestNode.StartAsync();
        await RunAsync(node, "tpm2_createek", "-c", "ek.ctx", "-G", "rsa", "-u", "ek.pub");
        await RunAsync(node, "tpm2_createak", "-C", "ek.ctx", "-c", "ak.ctx", "-G", algorithm, "-g", "sha256", "-s", scheme, "-u", "ak.pub", "-f", "tss");
        await RunAsync(node, "tpm2_flushcontext", "-t");
        await RunAsync(node, "tpm2_quote", "-c", "ak.ctx", "-l", "sha256:0,1,2,7", "-q", Convert.ToHexStringLower(FakeTpm.Digest.AsSpan(0, 32)), "-m", "message", "-s", "signature", "-o", "values", "-F", "values", "--scheme", scheme);
        var ak = TpmPublic.ParseSized(await File.ReadAllBytesAsync(node.Folder.Combine("ak.pub"), Cancel));
        var values = await File.ReadAllBytesAsync(node.Folder.Combine("values"), Cancel);
        var bank = new TpmPcrValues(TpmAlgorithm.Sha256, new[] { 0, 1, 2, 7 }.Index().ToDictionary(p => p.Item, p => (ReadOnlyMemory<byte>)values.AsMemory(p.Index * 32, 32)));
        var evidence = new QuoteEvidence(await File.ReadAllBytesAsync(node.Folder.Combine("message"), Cancel), await File.ReadAllBytesAsync(node.Folder.Combine("signature"), Cancel), [bank], "the quote");
        var quote = VerifiedQuote.Check(evidence, AttestationKey.Of(ak), FakeTpm.Digest.AsSpan(0, 32));
        Assert.Equal([0, 1, 2, 7], quote.Banks[0].Values.Keys.Order());
        Assert.Throws<AttestationException>(() => VerifiedQuote.Check(evidence, AttestationKey.Of(ak), new byte[32]));
    }

    private static async Task<Verdict> VerdictAsync(TpmAttester attester, Action<JsonObject>? change = null)
    {
        using var key = await attester.OpenKeyAsync(Cancel);
        var digest = ReportData.Compute(KbsVersion.V040, Protocol.FactKeys.Nonce, key.Public);
        var evidence = await attester.CollectAsync(digest, key, Cancel);
        change?.Invoke(evidence);
        return Verify(evidence, digest, key.Public);
    }

    private static Verdict Verify(JsonObject evidence, byte[] digest, TeePublicKey key)
    {
        using var document = JsonDocument.Parse(evidence.ToJsonString());
        return new TpmVerifier().Verify(document.RootElement, digest, key);
    }

    private static async Task RunAsync(TestNode node, string tool, params string[] arguments) => (await node.Tpm.RunToolAsync(tool, arguments)).ShouldSucceed();
}
