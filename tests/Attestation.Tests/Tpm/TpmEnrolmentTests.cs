using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.Attestation.Tpm.Enrolment;
using Coffer.Attestation.Tpm.Keys;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Support;
using Xunit;

namespace Coffer.Attestation.Tpm;

public sealed class TpmEnrolmentTests
{
    private static readonly byte[] Nonce = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    [Fact]
    public async Task A_credential_that_tpm2_tools_made_opens_and_the_quote_answers_it()
    {
        await using var node = await TestNode.StartAsync(certified: true);
        using var enrolment = new TpmEnrolment(node.Settings, TimeProvider.System);
        var offer = await enrolment.PrepareAsync(TestNode.Cancel);
        var (blob, seed) = await CredentialAsync(node, offer, "the secret of it");

        using var answer = await enrolment.ActivateAsync(offer, blob, seed, Nonce, TestNode.Cancel);

        Assert.Equal("the secret of it"u8.ToArray(), answer.Secret);
        var attest = TpmAttest.Parse(answer.Message);
        Assert.Equal(SHA256.HashData([.. "coffer-enroll-1\0"u8, .. Nonce, .. answer.Secret]), attest.ExtraData.ToArray());
        Assert.Equal(24, answer.Pcrs.Count);
        var values = answer.Pcrs.Select((p, i) => (i, p)).ToDictionary(p => p.i, p => (ReadOnlyMemory<byte>)Convert.FromHexString(p.p));
        var quoted = Assert.IsType<TpmQuoted>(attest.Attested);
        Assert.Equal(quoted.PcrDigest.ToArray(), TpmPcrValues.Digest(TpmAlgorithm.Sha256, quoted.Selections, [new TpmPcrValues(TpmAlgorithm.Sha256, values)]));
        Assert.Equal("", await node.LeftoversAsync());
    }

    [Fact]
    public async Task The_certificate_of_the_RSA_endorsement_key_is_found_and_leads_to_the_vendor()
    {
        await using var node = await TestNode.StartAsync(certified: true);
        using var enrolment = new TpmEnrolment(node.Settings, TimeProvider.System);
        var offer = await enrolment.PrepareAsync(TestNode.Cancel);
        Assert.IsType<TpmRsaKey>(TpmPublic.ParseSized(offer.EkPublic.Span).Key);
        await AssertChainAsync(node, offer);
    }

    [Fact]
    public async Task The_P384_endorsement_key_is_made_by_its_certificate_and_opens_credentials()
    {
        await using var node = await TestNode.StartAsync(certified: true);
        (await node.Tpm.RunToolAsync("tpm2_nvread", "0x01c00016", "-C", "0x01c00016", "-o", "ek384")).ShouldSucceed();
        var certificate = EndorsementCertificate.FromIndex(File.ReadAllBytes(node.Folder.Combine("ek384")))!;
        var path = node.Folder.Write("ek384.der", certificate);
        using var enrolment = new TpmEnrolment(node.Settings with { EkCertificatePath = path }, TimeProvider.System);
        var offer = await enrolment.PrepareAsync(TestNode.Cancel);
        Assert.Equal(TpmCurve.P384, Assert.IsType<TpmEccKey>(TpmPublic.ParseSized(offer.EkPublic.Span).Key).Curve);
        await AssertChainAsync(node, offer);

        var (blob, seed) = await CredentialAsync(node, offer, "for a curve");
        using var answer = await enrolment.ActivateAsync(offer, blob, seed, Nonce, TestNode.Cancel);
        Assert.Equal("for a curve"u8.ToArray(), answer.Secret);
        Assert.Equal("", await node.LeftoversAsync());
    }

    [Fact]
    public async Task The_P256_endorsement_key_is_the_one_that_tpm2_tools_make_and_opens_credentials()
    {
        await using var node = await TestNode.StartAsync();
        (await node.Tpm.RunToolAsync("tpm2_createek", "-G", "ecc", "-c", "ek.ctx", "-u", "ek256.pem", "-f", "pem")).ShouldSucceed();
        (await node.Tpm.RunToolAsync("tpm2_flushcontext", "-t")).ShouldSucceed();
        using var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(node.Folder.Combine("ek256.pem")));
        using var authority = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var from = DateTimeOffset.UnixEpoch.AddYears(50);
        using var certificate = new CertificateRequest(new X500DistinguishedName("CN=ek"), new PublicKey(key), HashAlgorithmName.SHA256)
            .Create(new X500DistinguishedName("CN=vendor"), X509SignatureGenerator.CreateForECDsa(authority), from, from.AddYears(40), [1]);
        var path = node.Folder.Write("ek256.crt", certificate.ExportCertificatePem());
        using var enrolment = new TpmEnrolment(node.Settings with { EkCertificatePath = path, AkAlgorithm = AkAlgorithm.EllipticCurve }, TimeProvider.System);
        var offer = await enrolment.PrepareAsync(TestNode.Cancel);
        Assert.Equal(TpmCurve.P256, Assert.IsType<TpmEccKey>(TpmPublic.ParseSized(offer.EkPublic.Span).Key).Curve);

        var (blob, seed) = await CredentialAsync(node, offer, "for P-256");
        using var answer = await enrolment.ActivateAsync(offer, blob, seed, Nonce, TestNode.Cancel);
        Assert.Equal("for P-256"u8.ToArray(), answer.Secret);
        Assert.IsType<TpmEcdsaSignature>(TpmSignature.Parse(answer.Signature));
    }

    [Fact]
    public void A_certificate_ends_where_it_says_however_long_the_index_is()
    {
        Assert.Equal([0x30, 1, 7], EndorsementCertificate.FromIndex([0x30, 1, 7, 0xff, 0xff])!);
        Assert.Null(EndorsementCertificate.FromIndex([0x30, 5, 7]));
        Assert.Null(EndorsementCertificate.FromIndex([]));
        Assert.Null(EndorsementCertificate.FromIndex([0, 0, 0]));
    }

    [Fact]
    public async Task A_credential_for_another_key_or_another_TPM_is_refused_and_leaves_nothing_behind()
    {
        await using var node = await TestNode.StartAsync();
        await using var other = await TestNode.StartAsync();
        using var enrolment = new TpmEnrolment(node.Settings, TimeProvider.System);
        using var others = new TpmEnrolment(other.Settings, TimeProvider.System);
        var offer = await enrolment.PrepareAsync(TestNode.Cancel);
        var theirs = await others.PrepareAsync(TestNode.Cancel);
        Assert.Null(offer.EkCertificate);

        var (blob, seed) = await CredentialAsync(node, offer, "x", akName: theirs.AkName);
        var refused = await Assert.ThrowsAnyAsync<AttestationException>(() => enrolment.ActivateAsync(offer, blob, seed, Nonce, TestNode.Cancel));
        Assert.Equal(AttestationFault.Unavailable, refused.Fault);
        (blob, seed) = await CredentialAsync(other, theirs, "x");
        for (var i = 0; i < 5; i++)
        {
            await Assert.ThrowsAnyAsync<AttestationException>(() => enrolment.ActivateAsync(offer, blob, seed, Nonce, TestNode.Cancel));
        }
        Assert.Equal("", await node.LeftoversAsync());
    }

    [Fact]
    public async Task The_certificate_of_another_TPM_is_refused()
    {
        await using var node = await TestNode.StartAsync();
        await using var other = await TestNode.StartAsync(certified: true);
        using var others = new TpmEnrolment(other.Settings, TimeProvider.System);
        var path = node.Folder.Write("ek.der", (await others.PrepareAsync(TestNode.Cancel)).EkCertificate!.Value.Span);
        using var enrolment = new TpmEnrolment(node.Settings with { EkCertificatePath = path }, TimeProvider.System);
        Assert.Contains("not that of this TPM", (await Assert.ThrowsAsync<AttestationException>(() => enrolment.PrepareAsync(TestNode.Cancel))).Message, StringComparison.Ordinal);
        node.Folder.Write("ek.der", "nonsense");
        Assert.Equal(AttestationFault.Malformed, (await Assert.ThrowsAsync<AttestationException>(() => enrolment.PrepareAsync(TestNode.Cancel))).Fault);
    }

    [Fact]
    public async Task The_name_of_the_attestation_key_is_the_one_that_tpm2_tools_compute()
    {
        await using var node = await TestNode.StartAsync();
        using var enrolment = new TpmEnrolment(node.Settings with { AkHandle = 0x81010002 }, TimeProvider.System);
        var offer = await enrolment.PrepareAsync(TestNode.Cancel);
        var read = (await node.Tpm.RunToolAsync("tpm2_readpublic", "-c", "0x81010002")).ShouldSucceed().Output;
        Assert.Contains($"name: {offer.AkName}\n", read, StringComparison.Ordinal);
        Assert.Contains("value: fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|sign\n", read, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_a_node_is_enrolled_is_kept_beside_its_keys()
    {
        await using var node = await TestNode.StartAsync();
        using var enrolment = new TpmEnrolment(node.Settings, TimeProvider.System);
        Assert.Null(enrolment.Load());
        var host = new EnrolledHost("https://broker:8080", "h-1", "000b");
        enrolment.Save(host);
        Assert.Equal(host, enrolment.Load());
        File.WriteAllText(Path.Combine(node.Settings.StateDirectory, "host.json"), """{"broker":1}""");
        Assert.Equal(AttestationFault.Malformed, Assert.Throws<AttestationException>(enrolment.Load).Fault);
    }

    private static async Task AssertChainAsync(TestNode node, TpmEnrolmentOffer offer)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(offer.EkCertificate!.Value.Span);
        node.Folder.Write("ek.pem", certificate.ExportCertificatePem());
        node.Folder.Write("root.pem", node.Vendor.RootPem);
        node.Folder.Write("intermediate.pem", node.Vendor.IntermediatePem);
        // Endorsement certificates mark extensions as critical that openssl does not know.
        (await Tool.RunAsync(Peers.Require("openssl"), ["verify", "-ignore_critical", "-CAfile", "root.pem", "-untrusted", "intermediate.pem", "ek.pem"], new ToolOptions { WorkingDirectory = node.Folder.Path })).ShouldSucceed();
    }

    // tpm2_makecredential writes a magic number and a version before the two structures.
    private static async Task<(byte[] Blob, byte[] Seed)> CredentialAsync(TestNode node, TpmEnrolmentOffer offer, string secret, string? akName = null)
    {
        node.Folder.Write("ek.pub", offer.EkPublic.Span);
        node.Folder.Write("secret", secret);
        (await node.Tpm.RunToolAsync("tpm2_makecredential", "-T", "none", "-u", "ek.pub", "-s", "secret", "-n", akName ?? offer.AkName, "-o", "credential")).ShouldSucceed();
        var file = File.ReadAllBytes(node.Folder.Combine("credential"));
        var blob = file.AsSpan(8, 2 + BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(8))).ToArray();
        return (blob, file[(8 + blob.Length)..]);
    }
}
