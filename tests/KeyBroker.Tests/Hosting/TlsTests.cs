using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.KeyBroker.Hosting;
using Coffer.KeyBroker.Tests.Running;
using Coffer.KeyBroker.Tls;
using Coffer.Oci;
using Coffer.Support;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.KeyBroker.Tests.Hosting;

/// <summary>Who the broker shows to be.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private BrokerSettings Settings => new() { DataFolder = _folder.Combine("data"), Listen = ["127.0.0.1:0"] };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Clients_that_pin_the_ca_reach_it_and_those_that_pin_another_do_not()
    {
        await using var broker = await ServingBroker.StartAsync(Settings);
        using var own = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(_folder.Combine("data", "ca.pem"), Cancelled));
        using var right = RunningBroker.ClientOf(own);
        Assert.Equal(204, (int)(await right.GetAsync(new Uri($"{broker.Address}/healthz"), Cancelled)).StatusCode);

        using var other = CertificateAuthority.Make(TimeProvider.System.GetUtcNow());
        using var wrong = RunningBroker.ClientOf(other.Certificate);
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => wrong.GetAsync(new Uri($"{broker.Address}/healthz"), Cancelled));
        Assert.Equal(HttpRequestError.SecureConnectionError, error.HttpRequestError);
    }

    [Fact]
    public async Task Names_that_were_given_and_no_others_are_in_its_certificate()
    {
        await using var broker = await ServingBroker.StartAsync(Settings with { TlsNames = ["broker.example", "192.0.2.7"] });
        using var shown = await ShownAsync(broker.Address, "127.0.0.1");
        var names = shown.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Equal(["broker.example", "localhost"], names.EnumerateDnsNames().Order(StringComparer.Ordinal));
        Assert.Equal(["127.0.0.1", "192.0.2.7"], names.EnumerateIPAddresses().Select(a => a.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Openssl_finds_chain_and_names_in_order()
    {
        await using var broker = await ServingBroker.StartAsync(Settings);
        var place = new Uri(broker.Address).Authority;
        var run = await Peers.RunAsync("openssl", "s_client", "-connect", place, "-CAfile", _folder.Combine("data", "ca.pem"), "-verify_return_error", "-verify_ip", "127.0.0.1", "-x509_strict");
        run.ShouldSucceed();
        Assert.Contains("Verify return code: 0 (ok)", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_1")]
    [InlineData("-tls1")]
    public async Task Older_tls_is_refused(string version)
    {
        await using var broker = await ServingBroker.StartAsync(Settings);
        var run = await Peers.RunAsync("openssl", "s_client", "-connect", new Uri(broker.Address).Authority, version, "-cipher", "DEFAULT@SECLEVEL=0");
        Assert.NotEqual(0, run.ExitCode);
    }

    [Fact]
    public async Task Plain_http_is_not_answered()
    {
        await using var broker = await ServingBroker.StartAsync(Settings);
        using var client = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri(broker.Address.Replace("https", "http", StringComparison.Ordinal) + "/healthz"), Cancelled));
    }

    [Fact]
    public async Task Plain_http_is_served_where_it_was_asked_for_with_a_warning()
    {
        await using var broker = await ServingBroker.StartAsync(Settings with { InsecureHttp = true });
        Assert.StartsWith("http://", broker.Address, StringComparison.Ordinal);
        using var client = new HttpClient();
        Assert.Equal(204, (int)(await client.GetAsync(new Uri(broker.Address + "/healthz"), Cancelled)).StatusCode);
        Assert.Contains(broker.Lines, l => l.Contains("warning message=\"plain HTTP", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_given_certificate_is_shown_instead()
    {
        using var authority = CertificateAuthority.Make(TimeProvider.System.GetUtcNow());
        using var certificate = authority.IssueServer(["127.0.0.1"], TimeProvider.System.GetUtcNow());
        var file = _folder.Write("cert.pem", certificate.ExportCertificatePem());
        var key = _folder.Write("key.pem", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await using (var broker = await ServingBroker.StartAsync(Settings with { TlsCertificateFile = file, TlsKeyFile = key }))
        {
            using var shown = await ShownAsync(broker.Address, "127.0.0.1");
            Assert.Equal(certificate.Thumbprint, shown.Thumbprint);
            Assert.False(File.Exists(_folder.Combine("data", "ca.pem")));
        }
        await Assert.ThrowsAsync<CofferException>(() => ServingBroker.StartAsync(Settings with { TlsCertificateFile = file }));
        await Assert.ThrowsAsync<CofferException>(() => ServingBroker.StartAsync(Settings with { TlsCertificateFile = file, TlsKeyFile = file }));
    }

    [Fact]
    public void The_certificate_is_renewed_before_it_ends_and_not_at_every_handshake()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var authority = CertificateAuthority.Make(clock.GetUtcNow());
        var identity = new OwnIdentity(authority, ["localhost"], clock);
        string Serial() => identity.Options().ServerCertificateContext!.TargetCertificate.SerialNumber;
        var first = Serial();
        clock.Advance(TimeSpan.FromDays(19));
        Assert.Equal(first, Serial());
        clock.Advance(TimeSpan.FromDays(2));
        Assert.NotEqual(first, Serial());
        Assert.True(identity.Options().ServerCertificateContext!.TargetCertificate.NotAfter > clock.GetUtcNow().AddDays(29).LocalDateTime);
    }

    private static async Task<X509Certificate2> ShownAsync(string address, string name)
    {
        using var client = new TcpClient();
        var uri = new Uri(address);
        await client.ConnectAsync(uri.Host, uri.Port, Cancelled);
        X509Certificate2? shown = null;
        await using var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) => (shown = X509CertificateLoader.LoadCertificate(certificate!.GetRawCertData())) is not null);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name, EnabledSslProtocols = SslProtocols.None }, Cancelled);
        return shown!;
    }
}
