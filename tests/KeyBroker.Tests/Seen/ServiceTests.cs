using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Coffer.KeyBroker.Tls;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Seen;

/// <summary>The executable as a service of systemd's: the test stands where its notification socket stands.</summary>
public sealed class ServiceTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_says_that_it_is_ready_alive_reloading_and_stopping_and_shows_a_certificate_that_was_renewed()
    {
        using var authority = CertificateAuthority.Make(TimeProvider.System.GetUtcNow());
        var (certificate, key) = (_folder.Combine("cert.pem"), _folder.Combine("key.pem"));
        var first = Renew(authority, certificate, key);
        using var notify = new NotifySocket(_folder.Combine("notify"));
        using var broker = await BrokerProcess.StartAsync(
            _folder.Combine("data"), new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = notify.Address, ["WATCHDOG_USEC"] = "4000000" }, "--tls-cert", certificate, "--tls-key", key);

        Assert.Contains($"STATUS=serving on {broker.Address}", await notify.HearAsync("READY=1"));
        await notify.HearAsync("WATCHDOG=1");
        await notify.HearAsync("WATCHDOG=1");
        Assert.Equal(first, await ShownAsync(broker.Address));

        var second = Renew(authority, certificate, key);
        await broker.SignalAsync("HUP");
        Assert.Contains(await notify.HearAsync("RELOADING=1"), l => l.StartsWith("MONOTONIC_USEC=", StringComparison.Ordinal));
        await notify.HearAsync("READY=1");
        Assert.Equal(second, await ShownAsync(broker.Address));

        await File.WriteAllTextAsync(certificate, "no certificate", TestContext.Current.CancellationToken);
        await broker.SignalAsync("HUP");
        await notify.HearAsync("RELOADING=1");
        Assert.Contains(await notify.HearAsync("READY=1"), l => l.Contains("the last reload failed", StringComparison.Ordinal));
        Assert.Equal(second, await ShownAsync(broker.Address));
        await notify.HearAsync("WATCHDOG=1"); // it knows its own new certificate

        var end = broker.TerminateAsync();
        await notify.HearAsync("STOPPING=1");
        Assert.Equal(0, await end);
    }

    private static string Renew(CertificateAuthority authority, string file, string keyFile)
    {
        using var certificate = authority.IssueServer(["127.0.0.1"], TimeProvider.System.GetUtcNow());
        File.WriteAllText(keyFile, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(file, certificate.ExportCertificatePem());
        return certificate.Thumbprint;
    }

    private static async Task<string> ShownAsync(string address)
    {
        var uri = new Uri(address);
        using var client = new TcpClient();
        await client.ConnectAsync(uri.Host, uri.Port, TestContext.Current.CancellationToken);
        X509Certificate2? shown = null;
        await using var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) => (shown = X509CertificateLoader.LoadCertificate(certificate!.GetRawCertData())) is not null);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = uri.Host }, TestContext.Current.CancellationToken);
        using (shown) return shown!.Thumbprint;
    }
}
