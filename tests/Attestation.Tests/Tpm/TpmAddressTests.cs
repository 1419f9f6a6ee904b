using Coffer.Attestation.Tpm.Transport;
using Coffer.Oci;
using Xunit;

namespace Coffer.Attestation.Tpm;

public sealed class TpmAddressTests
{
    [Theory]
    [InlineData("/dev/tpmrm0")]
    [InlineData("/dev/tpm0")]
    [InlineData("device:/run/vtpm")]
    [InlineData("swtpm:127.0.0.1:2321")]
    [InlineData("swtpm:localhost:65535")]
    [InlineData("swtpm:[::1]:1")]
    [InlineData("swtpm:unix:/run/swtpm/sock")]
    [InlineData("swtpm:unix:relative")]
    public void An_address_reads_back_as_it_was_written(string text) => Assert.Equal(text, TpmAddress.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("tpm0")]
    [InlineData("/etc/passwd")]
    [InlineData("device:")]
    [InlineData("device:relative")]
    [InlineData("swtpm:")]
    [InlineData("swtpm:127.0.0.1")]
    [InlineData("swtpm:127.0.0.1:")]
    [InlineData("swtpm:127.0.0.1:0")]
    [InlineData("swtpm:127.0.0.1:65536")]
    [InlineData("swtpm:127.0.0.1:+1")]
    [InlineData("swtpm::2321")]
    [InlineData("swtpm:a b:2321")]
    [InlineData("swtpm:unix:")]
    public void What_is_no_address_is_wrong_usage(string text)
    {
        Assert.Equal(ExitStatus.Usage, Assert.Throws<CofferException>(() => TpmAddress.Parse(text)).ExitStatus);
        Assert.Throws<CofferException>(() => TpmAddress.Parse(text, insecureRemoteTpm: true));
    }

    [Fact]
    public void A_socket_path_that_the_system_would_cut_is_refused() => Assert.Throws<CofferException>(() => TpmAddress.Parse($"swtpm:unix:/{new string('p', 107)}"));

    [Theory]
    [InlineData("swtpm:192.0.2.1:2321")]
    [InlineData("swtpm:tpm.example:2321")]
    [InlineData("swtpm:[2001:db8::1]:2321")]
    [InlineData("swtpm:0.0.0.0:2321")]
    [InlineData("swtpm:localhost.example:2321")]
    public void A_TPM_elsewhere_needs_the_explicit_flag(string text)
    {
        Assert.Contains("--insecure-remote-tpm", Assert.Throws<CofferException>(() => TpmAddress.Parse(text)).Hint, StringComparison.Ordinal);
        Assert.Equal(text, TpmAddress.Parse(text, insecureRemoteTpm: true).ToString());
    }
}
