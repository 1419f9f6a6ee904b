using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Attestation;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Protocol.Enrolment;
using Coffer.Attestation.Protocol.Messages;
using Coffer.Attestation.Tpm;
using Coffer.Attestation.Tpm.Credentials;
using Coffer.Attestation.Tpm.Enrolment;
using Coffer.Attestation.Tpm.Keys;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Attestation.Tpm.Transport;
using Coffer.Attestation.Tpm.Verification;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Machines;

/// <summary>
/// Holds the simulated TPM to swtpm, message by message: the same enrolment and the same attestation, by the node's own client with the one
/// and by the library of simulated machines with the other. Values differ, for each has its own keys and registers; nothing else may.
/// </summary>
public sealed class FakeTpmAgainstSwtpmTests
{
    private const string Nonce = "tSMwOL1UvPZhKU7m2oJQzHAwTKlP/ScrbWaA7S7aXvE=";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_simulated_machine_sends_what_a_machine_with_swtpm_sends(bool ecdsa)
    {
        Peers.Require("swtpm");
        Peers.Require("swtpm_setup");
        using var vendor = new TpmVendor();
        await using var real = await SoftwareTpm.StartAsync(new SoftwareTpmOptions { Vendor = vendor, Banks = "sha256" }, Cancel);
        var settings = new TpmSettings
        {
            Address = TpmAddress.Parse(real.Address), StateDirectory = real.Folder.Combine("node"), AkAlgorithm = ecdsa ? AkAlgorithm.EllipticCurve : AkAlgorithm.Rsa,
        };
        using var fake = new FakeTpm(ecdsa);
        await EnrolmentAsync(settings, fake);
        await AttestationAsync(settings, fake);
    }

    private static async Task EnrolmentAsync(TpmSettings settings, FakeTpm fake)
    {
        using var node = new TpmEnrolment(settings, TimeProvider.System);
        var offer = await node.PrepareAsync(Cancel);
        using var authority = new TestAuthority();
        Same(
            new EnrolmentRequest(offer.EkCertificate?.ToArray(), offer.EkPublic.ToArray(), offer.AkPublic.ToArray(), null, "node", null).ToJson(),
            NodeMessages.Enrolment(fake, authority.Certify(fake.EkPublicKey), null, "node"));
        var (ek, ak) = (TpmPublic.ParseSized(offer.EkPublic.ToArray()), TpmPublic.ParseSized(offer.AkPublic.ToArray()));
        Same(ak, fake.Ak);
        Assert.Equal((ek.Attributes, ek.NameAlgorithm, ek.Symmetric, ek.Scheme), (fake.Ek.Attributes, fake.Ek.NameAlgorithm, fake.Ek.Symmetric, fake.Ek.Scheme));
        Assert.Equal(ek.AuthPolicy.ToArray(), fake.Ek.AuthPolicy.ToArray()); // that of the TCG's templates

        // The broker's credentials open in both, and in neither where they are of another key's name.
        byte[] secret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
        var nonce = new byte[32];
        var (credential, simulated) = (MakeCredential.Create(ek, ak.ComputeName(), secret), MakeCredential.Create(fake.Ek, fake.Ak.ComputeName(), secret));
        Assert.Equal(credential.Blob.Length, simulated.Blob.Length);
        using var answer = await node.ActivateAsync(offer, credential.Blob, credential.EncryptedSecret, nonce, Cancel);
        Assert.Equal(secret, answer.Secret);
        Assert.Equal(secret, fake.Activate(simulated.Blob, simulated.EncryptedSecret));
        var wrong = MakeCredential.Create(ek, fake.Ak.ComputeName(), secret);
        await Assert.ThrowsAnyAsync<AttestationException>(() => node.ActivateAsync(offer, wrong.Blob, wrong.EncryptedSecret, nonce, Cancel));
        var wrongSimulated = MakeCredential.Create(fake.Ek, ak.ComputeName(), secret);
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() => fake.Activate(wrongSimulated.Blob, wrongSimulated.EncryptedSecret));

        var proof = new EnrolmentProof(answer.Secret, new EnrolmentQuoteMessage(answer.Message, answer.Signature, [.. answer.Pcrs.Select(Convert.FromHexString)]));
        var made = NodeMessages.Proof(fake, new EnrolmentChallenge("x", simulated.Blob, simulated.EncryptedSecret, nonce), secret);
        Same(proof.ToJson(), made);
        var other = EnrolmentProof.Parse(made);
        Same(proof.Quote.Message, proof.Quote.Signature, other.Quote.Message, other.Quote.Signature);
        Assert.Equal(EnrolmentQuote.Verify(ak, nonce, proof).Pcrs.Keys.Order(), EnrolmentQuote.Verify(fake.Ak, nonce, other).Pcrs.Keys.Order());
    }

    private static async Task AttestationAsync(TpmSettings settings, FakeTpm fake)
    {
        using var attester = new TpmAttester(settings, TimeProvider.System);
        using var key = await attester.OpenKeyAsync(Cancel);
        var collected = await attester.CollectAsync(ReportData.Compute(KbsVersion.V040, Nonce, key.Public), key, Cancel);
        using var binding = new FakeBindingKey(fake);
        var (sent, made) = (KbsAttestation.Write(Nonce, key.Public, collected), NodeMessages.Attestation(fake, binding, Nonce));
        Same(sent, made);
        var (honest, simulated) = (Read(sent), Read(made));
        foreach (var (message, of) in honest.Signed.Zip(simulated.Signed)) Same(message.Message, message.Signature, of.Message, of.Signature);
        Same(honest.BindingKey, simulated.BindingKey);
        Assert.Equal(Shape(honest.Verdict.Claims), Shape(simulated.Verdict.Claims));
        Assert.Equal(honest.Verdict.Claims["tpm"]!["binding_key"]!["pcrs"]!.ToJsonString(), simulated.Verdict.Claims["tpm"]!["binding_key"]!["pcrs"]!.ToJsonString());
    }

    private static (List<(byte[] Message, byte[] Signature)> Signed, TpmPublic BindingKey, Verdict Verdict) Read(byte[] body)
    {
        var attestation = KbsAttestation.Parse(body, KbsVersion.V040);
        var evidence = TpmEvidence.Read(attestation.Evidence);
        var verdict = new TpmVerifier().Verify(attestation.Evidence, ReportData.Compute(KbsVersion.V040, Nonce, attestation.Key), attestation.Key);
        QuoteEvidence?[] quotes = [evidence.Quote, evidence.SecondQuote];
        return ([.. quotes.OfType<QuoteEvidence>().Select(q => (q.Message, q.Signature)), (evidence.BindingKey!.Attest, evidence.BindingKey.Signature)], evidence.BindingKey.Public, verdict);
    }

    private static void Same(TpmPublic real, TpmPublic fake)
    {
        Assert.Equal((real.Attributes, real.NameAlgorithm, real.Symmetric, real.Scheme, real.AuthPolicy.Length), (fake.Attributes, fake.NameAlgorithm, fake.Symmetric, fake.Scheme, fake.AuthPolicy.Length));
        Assert.Equal(Form(real.Key), Form(fake.Key));
        Assert.Equal(real.ToSizedBytes().Length, fake.ToSizedBytes().Length);
    }

    private static string Form(TpmPublicKey key) => key switch
    {
        TpmRsaKey rsa => $"RSA {rsa.Bits} {rsa.Exponent}",
        TpmEccKey curve => $"{curve.Curve} {curve.Kdf}",
        _ => key.ToString(),
    };

    private static void Same(byte[] message, byte[] signature, byte[] fakeMessage, byte[] fakeSignature)
    {
        Assert.Equal(message.Length, fakeMessage.Length);
        var (real, fake) = (TpmAttest.Parse(message), TpmAttest.Parse(fakeMessage));
        Assert.Equal(real.Attested.GetType(), fake.Attested.GetType());
        Assert.Equal(real.QualifiedSigner.Span[..2].ToArray(), fake.QualifiedSigner.Span[..2].ToArray());
        Assert.Equal((real.QualifiedSigner.Length, real.ExtraData.Length), (fake.QualifiedSigner.Length, fake.ExtraData.Length));
        if (real.Attested is TpmQuoted quoted)
        {
            var other = (TpmQuoted)fake.Attested;
            Assert.Equal(quoted.Selections.Select(s => (s.Bank, string.Join(' ', s.Selected))), other.Selections.Select(s => (s.Bank, string.Join(' ', s.Selected))));
            Assert.Equal(quoted.PcrDigest.Length, other.PcrDigest.Length);
        }
        else
        {
            Assert.Equal(((TpmCertified)real.Attested).Name.Length, ((TpmCertified)fake.Attested).Name.Length);
        }
        var (signed, simulated) = (TpmSignature.Parse(signature), TpmSignature.Parse(fakeSignature));
        Assert.Equal((signed.GetType(), signed.Algorithm, signed.Hash), (simulated.GetType(), simulated.Algorithm, simulated.Hash));
    }

    // The EK's certificate is of another vendor, and ECDSA's numbers may lack a leading byte.
    private static void Same(byte[] real, byte[] fake) => Assert.Equal(Shape(JsonNode.Parse(real)), Shape(JsonNode.Parse(fake)));

    private static string Shape(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject members => $"{{{string.Join(", ", members.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"{m.Key}: {Shape(m.Value)}"))}}}",
        JsonArray list => $"[{string.Join(", ", list.Select(Shape))}]",
        _ => node.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? "yes or no" : node.GetValueKind().ToString(),
    };
}
