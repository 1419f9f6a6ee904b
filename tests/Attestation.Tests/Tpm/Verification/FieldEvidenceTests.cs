using System.Security.Cryptography;
using System.Text.Json;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Attestation.Tpm.Verification;
using Coffer.Support;

namespace Coffer.Attestation.Tests.Tpm.Verification;

/// <summary>Evidence of a guest of another project, made before the binding was cut to 32 bytes.</summary>
public sealed class FieldEvidenceTests
{
    [Fact]
    public void Its_signature_and_PCR_digest_hold_and_its_binding_does_not()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(SharedVectors.Require("tpm", "tpm_evidence.json")));
        var evidence = TpmEvidence.Read(document.RootElement);
        var key = AttestationKey.OfBareRsa(evidence.BareKey);
        var extraData = TpmAttest.Parse(evidence.Quote!.Message).ExtraData;
        Assert.Equal(64, extraData.Length);
        Assert.Equal(24, VerifiedQuote.Check(evidence.Quote, key, extraData.Span).Banks[0].Values.Count);

        using var offered = RSA.Create(2048);
        var refusal = Assert.Throws<AttestationException>(() => new TpmVerifier().Verify(
            document.RootElement, extraData[..ReportData.Bytes], TeePublicKey.FromRsa(offered.ExportParameters(false))));
        Assert.Contains("another nonce", refusal.Message, StringComparison.Ordinal);
    }
}
