using System.Text;
using System.Text.Json;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Sample;

namespace Coffer.Attestation.Tests.Sample;

public sealed class SampleTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sample_evidence_is_bound_to_nonce_and_key_and_names_no_machine()
    {
        var attester = new SampleAttester();
        using var key = await attester.OpenKeyAsync(Cancel);
        var digest = ReportData.Compute(KbsVersion.V040, Protocol.FactKeys.Nonce, key.Public);
        using var evidence = JsonDocument.Parse((await attester.CollectAsync(digest, key, Cancel)).ToJsonString());
        var verdict = new SampleVerifier().Verify(evidence.RootElement, digest, key.Public);
        Assert.Equal("""{"sample":{"svn":"1"}}""", verdict.Claims.ToJsonString());
        Assert.Null(verdict.Machine);
        var other = ReportData.Compute(KbsVersion.V040, "another nonce", key.Public);
        Assert.Equal(AttestationFault.Untrusted, Assert.Throws<AttestationException>(() => new SampleVerifier().Verify(evidence.RootElement, other, key.Public)).Fault);
    }

    [Fact]
    public void What_is_sealed_to_its_key_opens_until_the_key_is_given_up()
    {
        using var other = SoftwareTeeKey.Create();
        var key = SoftwareTeeKey.Create();
        var answer = SealedResponse.Seal("secret"u8, key.Public);
        Assert.Equal("secret", Encoding.UTF8.GetString(SealedResponse.Open(answer, key)));
        Assert.Throws<AttestationException>(() => SealedResponse.Open(answer, other));
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => SealedResponse.Open(answer, key));
    }

    [Fact]
    public void Sample_evidence_has_a_verifier_only_where_it_is_allowed()
    {
        Assert.Equal(["tpm"], BuiltInTees.Verifiers().Keys);
        Assert.Equal(["sample", "tpm"], BuiltInTees.Verifiers(allowSample: true).Keys.Order());
    }
}
