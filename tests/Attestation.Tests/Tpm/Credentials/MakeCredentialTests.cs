using System.Security.Cryptography;
using Coffer.Attestation.Protocol.Enrolment;
using Coffer.Attestation.Tpm;
using Coffer.Attestation.Tpm.Certificates;
using Coffer.Attestation.Tpm.Credentials;
using Coffer.Attestation.Tpm.Enrolment;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Attestation.Tpm.Verification;
using Coffer.Support;

namespace Coffer.Attestation.Tests.Tpm.Credentials;

public sealed class MakeCredentialTests
{
    private static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("rsa")]
    [InlineData("rsa3072")]
    [InlineData("ecc")]
    [InlineData("ecc384")]
    public async Task A_credential_of_ours_is_activated_by_tpm2_tools_in_the_right_TPM_for_the_right_key(string algorithm)
    {
        await using var node = await TestNode.StartAsync();
        if ((await node.Tpm.RunToolAsync("tpm2_createek", "-c", "ek.ctx", "-G", algorithm, "-u", "ek.pub")).ExitCode != 0)
            Assert.Skip($"this TPM or its tools make no {algorithm} endorsement key");
        (await node.Tpm.RunToolAsync("tpm2_createak", "-C", "ek.ctx", "-c", "ak.ctx", "-G", "rsa", "-g", "sha256", "-s", "rsassa", "-u", "ak.pub", "-n", "ak.name")).ShouldSucceed();
        var ek = TpmPublic.ParseSized(await File.ReadAllBytesAsync(node.Folder.Combine("ek.pub"), Cancel));
        var name = await File.ReadAllBytesAsync(node.Folder.Combine("ak.name"), Cancel);
        Assert.Equal(Secret, await ActivateAsync(node, ek, MakeCredential.Create(ek, name, Secret)));

        name[^1] ^= 1;
        Assert.Null(await ActivateAsync(node, ek, MakeCredential.Create(ek, name, Secret)));
    }

    [Fact]
    public async Task A_node_enrols_with_what_the_broker_makes_and_checks()
    {
        await using var node = await TestNode.StartAsync(certified: true);
        using var enrolment = new TpmEnrolment(node.Settings, TimeProvider.System);
        var offer = await enrolment.PrepareAsync(Cancel);
        var (ek, ak) = (TpmPublic.ParseSized(offer.EkPublic.Span), TpmPublic.ParseSized(offer.AkPublic.Span));

        using var certificates = new EkCertificateVerifier(EkTrustBundle.Read(node.Vendor.BundlePem), TimeProvider.System);
        var certificate = certificates.Verify(offer.EkCertificate!.Value.ToArray(), ek);
        Assert.Contains("intermediate", certificate.Issuer, StringComparison.Ordinal);
        Assert.NotNull(certificate.Manufacturer);
        Assert.NotNull(certificate.Model);

        AttestationKeyRules.Check(ak);
        var nonce = RandomNumberGenerator.GetBytes(32);
        var credential = MakeCredential.Create(ek, ak.ComputeName(), Secret);
        using var answer = await enrolment.ActivateAsync(offer, credential.Blob, credential.EncryptedSecret, nonce, Cancel);
        Assert.Equal(Secret, answer.Secret);
        var proof = new EnrolmentProof(answer.Secret, new EnrolmentQuoteMessage(answer.Message, answer.Signature, [.. answer.Pcrs.Select(Convert.FromHexString)]));
        var quote = EnrolmentQuote.Verify(ak, nonce, EnrolmentProof.Parse(proof.ToJson()));
        Assert.Equal(ak.ComputeName(), quote.AkName);
        Assert.Equal(24, quote.Pcrs.Count);
        Assert.Throws<AttestationException>(() => EnrolmentQuote.Verify(ak, new byte[32], proof));
        Assert.Throws<AttestationException>(() => EnrolmentQuote.Verify(ak, nonce, proof with { Secret = new byte[32] }));
    }

    [Fact]
    public void Keys_that_are_no_endorsement_keys_get_no_credential()
    {
        using var rsa = RSA.Create(2048);
        var key = new TpmPublic
        {
            Attributes = TpmObjectAttributes.Restricted | TpmObjectAttributes.Decrypt | TpmObjectAttributes.FixedTpm | TpmObjectAttributes.FixedParent | TpmObjectAttributes.SensitiveDataOrigin,
            Symmetric = TpmSymmetric.Aes128Cfb,
            Key = new TpmRsaKey(2048, 0, rsa.ExportParameters(false).Modulus),
        };
        Assert.NotEmpty(MakeCredential.Create(key, new byte[34], Secret).Blob);
        foreach (var wrong in new[]
        {
            key with { Attributes = key.Attributes & ~TpmObjectAttributes.Restricted }, key with { Attributes = key.Attributes | TpmObjectAttributes.Sign },
            key with { Symmetric = TpmSymmetric.Null }, key with { NameAlgorithm = TpmAlgorithm.Sha1 }, key with { Key = new TpmEccKey(TpmCurve.P521, TpmScheme.Null, new byte[66], new byte[66]) },
            key with { Key = new TpmEccKey(TpmCurve.P256, TpmScheme.Null, new byte[32], new byte[32]) }, key with { Key = new TpmRsaKey(2048, 0, new byte[256]) },
        })
        {
            Assert.Throws<AttestationException>(() => MakeCredential.Create(wrong, new byte[34], Secret));
        }
    }

    private static async Task<byte[]?> ActivateAsync(TestNode node, TpmPublic ek, TpmCredential credential)
    {
        // The tools' own file: magic, version, then the two structures.
        node.Folder.Write("credential", (byte[])[0xba, 0xdc, 0xc0, 0xde, 0, 0, 0, 1, .. credential.Blob, .. credential.EncryptedSecret]);
        await node.Tpm.RunToolAsync("tpm2_flushcontext", "-t");
        await node.Tpm.RunToolAsync("tpm2_flushcontext", "-l");
        // The smaller keys are used by their policy alone, the larger ones by the empty password too.
        string[] how = [];
        if (!ek.Attributes.HasFlag(TpmObjectAttributes.UserWithAuth))
        {
            (await node.Tpm.RunToolAsync("tpm2_startauthsession", "--policy-session", "-S", "session.ctx")).ShouldSucceed();
            (await node.Tpm.RunToolAsync("tpm2_policysecret", "-S", "session.ctx", "-c", "e")).ShouldSucceed();
            how = ["-P", "session:session.ctx"];
        }
        var activated = await node.Tpm.RunToolAsync("tpm2_activatecredential", ["-c", "ak.ctx", "-C", "ek.ctx", "-i", "credential", "-o", "secret", .. how]);
        return activated.ExitCode == 0 ? await File.ReadAllBytesAsync(node.Folder.Combine("secret"), Cancel) : null;
    }
}
