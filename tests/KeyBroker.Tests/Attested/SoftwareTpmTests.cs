using Coffer.Attestation;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Protocol.Client;
using Coffer.Attestation.Protocol.Enrolment;
using Coffer.Attestation.Tpm;
using Coffer.Attestation.Tpm.Enrolment;
using Coffer.Attestation.Tpm.Transport;
using Coffer.Attestation.Tpm.Verification;
using Coffer.KeyBroker.Kbs;
using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.Tests.Running;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Attested;

/// <summary>The broker with the node's own client and a TPM that really is one, as far as software goes.</summary>
public sealed class SoftwareTpmTests
{
    [Fact]
    public async Task A_node_enrols_is_approved_gets_its_key_and_loses_it_with_a_register()
    {
        Peers.Require("swtpm");
        Peers.Require("swtpm_setup");
        using var vendor = new TpmVendor();
        await using var tpm = await SoftwareTpm.StartAsync(new SoftwareTpmOptions { Vendor = vendor }, Cancel);
        await using var broker = await RunningBroker.StartAsync(parts => KbsFronts.Of(parts, new PolicyDecisions(parts.Time), [new TpmVerifier()]), new BrokerRules());
        (await broker.AdminAsync("POST", "trust", vendor.BundlePem)).ShouldBe(200);
        (await broker.AdminAsync("PUT", "policies/tpm-node", PolicyExamples.Read("tpm-node"))).ShouldBe(200);
        var wrapper = await broker.TokenAsync([Coffer.KeyBroker.Admin.Permission.Wrap], ["default/**"], null);
        var kid = (string)(await broker.SendAsync("POST", "wrap", wrapper, """{"keyid":null,"options":"AAECAw=="}""")).ShouldBe(200).Json["kid"]!;

        var settings = new TpmSettings { Address = TpmAddress.Parse(tpm.Address), StateDirectory = tpm.Folder.Combine("node"), Patience = TimeSpan.FromSeconds(20) };
        using var http = new BrokerHttp(new BrokerHttpOptions(new Uri(broker.Address)) { CaFile = tpm.Folder.Write("ca.pem", broker.AuthorityPem) }, TimeProvider.System);
        var result = await EnrolAsync(settings, http);
        Assert.Equal("pending", result.State);
        (await broker.AdminAsync("POST", $"hosts/{result.Host}/approve")).ShouldBe(200);

        var attester = new TpmAttester(settings, TimeProvider.System);
        var client = new RcarClient(http, attester);
        var resource = KbsResourceUri.Parse(kid);
        using (var session = await client.AttestAsync(Cancel))
        {
            Assert.Equal(32, (await client.GetAsync(session, resource, Cancel)).Length);
            Assert.Equal(32, (await client.GetByCookieAsync(session, resource, Cancel)).Length);
        }

        await tpm.ExtendAsync(4);
        using (var session = await client.AttestAsync(Cancel))
        {
            var refused = await Assert.ThrowsAsync<BrokerRefusedException>(() => client.GetAsync(session, resource, Cancel));
            Assert.Equal(AttestationFault.Denied, refused.Fault);
        }
        Assert.Contains(broker.Audit.Entries, e => e.Action == "resource.release" && e.Actor == result.Host && e.Reason.Contains("sha256", StringComparison.Ordinal));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<EnrolmentResult> EnrolAsync(TpmSettings settings, BrokerHttp http)
    {
        using var node = new TpmEnrolment(settings, TimeProvider.System);
        var client = new EnrolmentClient(http);
        var offer = await node.PrepareAsync(Cancel);
        var challenge = await client.StartAsync(new EnrolmentRequest(offer.EkCertificate?.ToArray(), offer.EkPublic.ToArray(), offer.AkPublic.ToArray(), null, "node", null), Cancel);
        using var answer = await node.ActivateAsync(offer, challenge.CredentialBlob, challenge.EncryptedSecret, challenge.Nonce, Cancel);
        var quote = new EnrolmentQuoteMessage(answer.Message, answer.Signature, [.. answer.Pcrs.Select(Convert.FromHexString)]);
        return await client.ProveAsync(challenge.Enrolment, new EnrolmentProof(answer.Secret, quote), Cancel);
    }
}
