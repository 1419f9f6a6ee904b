using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coffer.Attestation.Tpm.Certificates;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Support;

namespace Coffer.Attestation.Tests.Tpm.Certificates;

public sealed class EkCertificateTests : IDisposable
{
    private static readonly DateTimeOffset Now = TestVendor.Now;
    private readonly TestVendor _vendor = new();

    public void Dispose() => _vendor.Dispose();

    [Fact]
    public void A_certificate_of_a_vendor_that_was_installed_says_which_TPM_it_is()
    {
        var certificate = Verify(_vendor.Bundle, _vendor.Issue());
        Assert.Equal(("id:434F4646", "Model 1", "id:00010002"), (certificate.Manufacturer, certificate.Model, certificate.FirmwareVersion));
        Assert.Equal("CN=vendor intermediate", certificate.Issuer);
        Assert.Equal(EkTrustBundle.Read(_vendor.Root)[0].Fingerprint, certificate.RootFingerprint);
        Assert.NotNull(Verify(_vendor.Bundle, _vendor.Issue(purpose: null)));
    }

    [Fact]
    public void A_certificate_of_another_vendor_or_of_another_key_is_refused()
    {
        using var other = new TestVendor("other");
        Refused("not vouched for", other.Bundle, _vendor.Issue());
        Refused("not vouched for", _vendor.Root, _vendor.Issue());
        using var key = RSA.Create(2048);
        Refused("another key", _vendor.Bundle, _vendor.Issue(key: key));
    }

    [Fact]
    public void A_certificate_is_refused_before_and_after_its_time()
    {
        Refused("NotTimeValid", _vendor.Bundle, _vendor.Issue(until: Now.AddDays(-1)));
        Refused("NotTimeValid", _vendor.Bundle, _vendor.Issue(), at: Now.AddYears(-2));
        Assert.NotNull(Verify(_vendor.Bundle, _vendor.Issue(until: Now.AddMinutes(1))));
    }

    [Fact]
    public void A_certificate_for_other_purposes_is_refused()
    {
        Refused("extended key usage", _vendor.Bundle, _vendor.Issue(purpose: "1.3.6.1.5.5.7.3.1"));
        Refused("authority", _vendor.Bundle, _vendor.Issue(authority: true));
        Refused("key usage", _vendor.Bundle, _vendor.Issue(usage: X509KeyUsageFlags.DigitalSignature));
    }

    [Fact]
    public void A_revoked_certificate_is_refused_and_so_is_a_list_that_has_expired()
    {
        var certificate = _vendor.Issue();
        Assert.NotNull(Verify(_vendor.Bundle + _vendor.List(Now.AddDays(-1), Now.AddDays(1), false, [7]), certificate));
        Refused("was revoked", _vendor.Bundle + _vendor.List(Now.AddDays(-1), Now.AddDays(1), false, [7], [9, 9]), certificate);
        Refused("was revoked", _vendor.Bundle + _vendor.List(Now.AddDays(-1), Now.AddDays(1), true, [1, 2, 3]), certificate);
        Refused("has expired", _vendor.Bundle + _vendor.List(Now.AddDays(-2), Now.AddDays(-1)), certificate);
        Refused("has expired", _vendor.Bundle + _vendor.List(Now.AddDays(1), Now.AddDays(2)), certificate);
        Assert.NotNull(Verify(_vendor.Bundle + _vendor.List(Now.AddDays(-2), Now.AddDays(-1)) + _vendor.List(Now.AddDays(-1), Now.AddDays(1)), certificate));
    }

    [Theory]
    [InlineData(new byte[] { 0x00, 0x80 })]
    [InlineData(new byte[] { 0x00, 0xff, 0x01 })]
    [InlineData(new byte[] { 0x7f, 0xff })]
    public void A_revoked_serial_number_is_found_whatever_its_first_bit(byte[] serial)
    {
        Refused("was revoked", _vendor.Bundle + _vendor.List(Now.AddDays(-1), Now.AddDays(1), false, serial), _vendor.Issue(serial: serial));
    }

    [Fact]
    public void Where_lists_are_required_an_issuer_without_one_is_refused()
    {
        var list = _vendor.List(Now.AddDays(-1), Now.AddDays(1));
        using (var partly = new EkCertificateVerifier(EkTrustBundle.Read(_vendor.Bundle + list), new FixedClock(Now), requireRevocationLists: true))
            Assert.Contains("root", Assert.Throws<AttestationException>(() => partly.Verify(_vendor.Issue(), TestVendor.EndorsementKey)).Message, StringComparison.Ordinal);
        using var all = new EkCertificateVerifier(EkTrustBundle.Read(_vendor.Bundle + list + _vendor.List(Now.AddDays(-1), Now.AddDays(1), ofRoot: true)), new FixedClock(Now), requireRevocationLists: true);
        Assert.NotNull(all.Verify(_vendor.Issue(), TestVendor.EndorsementKey));
    }

    [Fact]
    public void A_bundle_is_read_with_its_kinds_and_each_item_once()
    {
        var items = EkTrustBundle.Read($"words before\n{_vendor.Bundle}\n{_vendor.Bundle}\n{_vendor.List(Now, Now.AddDays(1))}");
        Assert.Equal([EkTrustKind.Root, EkTrustKind.Intermediate, EkTrustKind.RevocationList], items.Select(i => i.Kind));
        Assert.Equal(Now.AddDays(1), items[2].Ends);
        Assert.Equal(64, items[0].Fingerprint.Length);
    }

    [Fact]
    public void A_bundle_without_its_root_is_refused_with_a_hint_unless_the_root_is_installed()
    {
        var refusal = Assert.Throws<AttestationException>(() => EkTrustBundle.Read(_vendor.Intermediate));
        Assert.Contains("self-signed root", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("root into the same file", refusal.Hint, StringComparison.Ordinal);
        Assert.Single(EkTrustBundle.Read(_vendor.Intermediate, EkTrustBundle.Read(_vendor.Root)));
    }

    [Fact]
    public void A_bundle_of_other_things_is_refused()
    {
        using var key = RSA.Create(2048);
        Bundle("private key", _vendor.Bundle + key.ExportPkcs8PrivateKeyPem());
        Bundle("not the certificate of an authority", _vendor.Bundle + PemEncoding.WriteString("CERTIFICATE", _vendor.Issue()));
        Bundle("no certificate", "nothing");
        Bundle("X.509", PemEncoding.WriteString("CERTIFICATE", "not one"u8));
        using var other = new TestVendor("other");
        Bundle("signed by no authority", _vendor.Bundle + other.List(Now, Now.AddDays(1)));
        Bundle("characters", new string(' ', EkTrustBundle.MostCharacters + 1));
    }

    [Fact]
    public async Task Lists_that_openssl_makes_are_read_and_those_of_a_part_are_refused()
    {
        using var folder = new TempDirectory();
        async Task<string> OpenSslAsync(string name, string extensions)
        {
            folder.Write("index.txt", "R\t400101000000Z\t300101000000Z\t0909\tunknown\t/CN=x\n");
            folder.Write("crlnumber", "01\n");
            folder.Write("ca.cnf", $"[ca]\ndefault_ca=c\n[c]\ndatabase={folder.Combine("index.txt")}\ncrlnumber={folder.Combine("crlnumber")}\ndefault_md=sha384\ncrl_extensions=e\n[e]\n{extensions}\n");
            var made = await Tool.RunAsync(Peers.Require("openssl"), "ca", "-config", folder.Combine("ca.cnf"), "-gencrl", "-keyfile", folder.Combine("key.pem"), "-cert", folder.Combine("ca.pem"), "-crldays", "30", "-out", folder.Combine(name));
            made.ShouldSucceed();
            return await File.ReadAllTextAsync(folder.Combine(name), TestContext.Current.CancellationToken);
        }
        (await Tool.RunAsync(Peers.Require("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-nodes", "-keyout", folder.Combine("key.pem"), "-out", folder.Combine("ca.pem"), "-subj", "/CN=openssl", "-days", "30")).ShouldSucceed();
        var ca = await File.ReadAllTextAsync(folder.Combine("ca.pem"), TestContext.Current.CancellationToken);
        Assert.Equal(2, EkTrustBundle.Read(ca + await OpenSslAsync("whole.pem", "")).Count);
        Bundle("critical extension 2.5.29.28", ca + await OpenSslAsync("part.pem", "issuingDistributionPoint=critical,@p\n[p]\nonlyuser=TRUE"));
    }

    [Fact]
    public void Nothing_that_is_no_certificate_or_list_gets_further_than_a_refusal()
    {
        using var verifier = new EkCertificateVerifier(EkTrustBundle.Read(_vendor.Bundle), new FixedClock(Now));
        Fuzzing.Run("endorsement certificate", [_vendor.Issue(), _vendor.Issue(purpose: null)], (input, _) => Expect(() => verifier.Verify(input, TestVendor.EndorsementKey)), 300);
        Fuzzing.Run("revocation list", [RevocationListBytes()], (input, _) => Expect(() => RevocationList.Parse(input)));
        Fuzzing.Run("trust bundle", [Encoding.ASCII.GetBytes(_vendor.Bundle)], (input, _) => Expect(() => EkTrustBundle.Read(Encoding.Latin1.GetString(input))), 300);
    }

    private byte[] RevocationListBytes() => EkTrustBundle.Read(_vendor.Bundle + _vendor.List(Now, Now.AddDays(1), false, [1], [2], [3]))[2].Der;

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

    private static EkCertificate Verify(string bundle, byte[] der, DateTimeOffset? at = null)
    {
        using var verifier = new EkCertificateVerifier(EkTrustBundle.Read(bundle), new FixedClock(at ?? Now));
        return verifier.Verify(der, TestVendor.EndorsementKey);
    }

    private static void Refused(string reason, string bundle, byte[] der, DateTimeOffset? at = null)
    {
        var refusal = Assert.Throws<AttestationException>(() => Verify(bundle, der, at));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(AttestationFault.Untrusted, refusal.Fault);
    }

    private static void Bundle(string reason, string pem) =>
        Assert.Contains(reason, Assert.Throws<AttestationException>(() => EkTrustBundle.Read(pem)).Message, StringComparison.Ordinal);
}
