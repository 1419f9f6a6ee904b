using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Coffer.ImageCrypt.KeyWrap.Provider.Wire;
using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Tests.Core;
using Coffer.Support;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Coffer.KeyProvider.Tests.Daemon;

public sealed class TlsTests : IAsyncLifetime
{
    private readonly TempDirectory _folder = new();
    private TestDaemon _daemon = null!;

    public async ValueTask InitializeAsync()
    {
        await TlsFiles.WriteAsync(_folder);
        var tcp = new TcpSettings(new IPEndPoint(IPAddress.Loopback, 0), File("server.crt"), File("server.key"), File("ca.crt"));
        _daemon = await TestDaemon.StartAsync(new HeldSource(), new() { Listen = new ListenSettings(Tcp: tcp) });
    }

    [Fact]
    public async Task A_client_with_a_certificate_of_the_authority_configured_is_served()
    {
        Assert.NotEmpty(await WrapAsync("client"));

        await Until.TrueAsync(() => _daemon.Observer.Calls.Count == 1);
        var peer = _daemon.Observer.Calls.Single().Peer;
        Assert.Null(peer.Uid);
        Assert.StartsWith("127.0.0.1:", peer.Address, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "it showed no client certificate")]
    [InlineData("foreign", "'CN=foreign' was refused")]
    [InlineData("server", "'CN=server' was refused")]
    public async Task Any_other_client_is_refused_and_the_operator_told_why(string? certificate, string why)
    {
        await Assert.ThrowsAsync<RpcException>(() => WrapAsync(certificate));

        await Until.TrueAsync(() => _daemon.Observer.Lines.Any(l => l.Contains(why, StringComparison.Ordinal)));
        Assert.Equal(0, _daemon.Observer.Started);
    }

    [Fact]
    public async Task Old_versions_of_tls_are_refused()
    {
        string[] arguments = ["s_client", "-connect", Address, "-cipher", "ALL:@SECLEVEL=0", "-cert", File("client.crt"), "-key", File("client.key"), "-alpn", "h2"];

        var old = await Tool.RunAsync(Peers.Require("openssl"), [.. arguments, "-tls1_1"]);
        var oldest = await Tool.RunAsync(Peers.Require("openssl"), [.. arguments, "-tls1"]);
        var today = await Tool.RunAsync(Peers.Require("openssl"), [.. arguments, "-tls1_2"]);

        Assert.Contains("Cipher is (NONE)", old.Output, StringComparison.Ordinal);
        Assert.Contains("Cipher is (NONE)", oldest.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Cipher is (NONE)", today.Output, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    private string Address => _daemon.Daemon.Places[1];

    private string File(string name) => _folder.Combine(name);

    private async Task<byte[]> WrapAsync(string? certificate)
    {
        using var roots = X509CertificateLoader.LoadCertificateFromFile(File("ca.crt"));
        using var own = certificate is null ? null : X509Certificate2.CreateFromPemFile(File($"{certificate}.crt"), File($"{certificate}.key"));
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(roots);
        handler.SslOptions.EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        if (own is not null) handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => own;
        using var channel = GrpcChannel.ForAddress($"https://{Address}", new GrpcChannelOptions { HttpHandler = handler });
        var answer = await new KeyProviderService.KeyProviderServiceClient(channel).WrapKeyAsync(
            new keyProviderKeyWrapProtocolInput { KeyProviderKeyWrapProtocolInput = ByteString.CopyFrom(Ask.WrapRequest("keyid=a")) });
        return answer.KeyProviderKeyWrapProtocolOutput.ToByteArray();
    }
}
