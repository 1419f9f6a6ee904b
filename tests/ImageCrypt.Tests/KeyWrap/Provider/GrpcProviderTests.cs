using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.ImageCrypt.KeyWrap.Provider;
using Coffer.ImageCrypt.KeyWrap.Provider.Wire;
using Coffer.ImageCrypt.Keys;
using Coffer.Oci;
using Coffer.Support;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coffer.ImageCrypt.Tests.KeyWrap.Provider;

/// <summary>A real gRPC server on the other end: plaintext, Unix socket, TLS and mutual TLS.</summary>
public sealed class GrpcProviderTests : IDisposable
{
    private static readonly byte[] Options = "{\"symkey\":\"c2VjcmV0\"}"u8.ToArray();
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task A_packet_goes_out_and_comes_back_in_plaintext()
    {
        await using var server = await StartAsync(listen => listen.Protocols = HttpProtocols.Http2);
        await RoundTripAsync(Scheme($$$$"""{"grpc":"127.0.0.1:{{{{Port(server)}}}}"}"""));
        await RoundTripAsync(Scheme($$$$"""{"grpc":"dns:///localhost:{{{{Port(server)}}}}"}"""));
    }

    [Fact]
    public async Task A_packet_goes_out_and_comes_back_over_a_unix_socket()
    {
        var path = _temp.Combine("kp.sock");
        await using var server = await StartAsync(listen => listen.Protocols = HttpProtocols.Http2, path);
        await RoundTripAsync(Scheme($$$$"""{"grpc":"unix://{{{{path}}}}"}"""));
    }

    [Fact]
    public async Task Mutual_tls_holds_to_the_roots_the_name_and_our_certificate()
    {
        using var pki = new Pki(_temp);
        await using var server = await StartAsync(listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = pki.Server;
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.ClientCertificateValidation = (certificate, _, _) => certificate.Thumbprint == pki.ClientThumbprint;
            });
        });
        var target = $"127.0.0.1:{Port(server)}";
        var mine = $"\"cert-file\":\"{pki.ClientCertFile}\",\"key-file\":\"{pki.ClientKeyFile}\"";
        var root = $"\"root-ca-file\":\"{pki.RootFile}\"";

        await RoundTripAsync(Scheme($$$$"""{"grpc":"{{{{target}}}}","grpc-tls":{{{{{root}}}},{{{{mine}}}},"server-name":"kp.example"}}"""));
        await RoundTripAsync(Scheme($$$$"""{"grpc":"{{{{target}}}}","grpc-tls":{"insecure-skip-verify":true,{{{{mine}}}}}}"""));
        await FailsAsync(Scheme($$$$"""{"grpc":"{{{{target}}}}","grpc-tls":{{{{{root}}}},{{{{mine}}}}}}"""));
        await FailsAsync(Scheme($$$$"""{"grpc":"{{{{target}}}}","grpc-tls":{{{{{root}}}},{{{{mine}}}},"server-name":"other.example"}}"""));
        await FailsAsync(Scheme($$$$"""{"grpc":"{{{{target}}}}","grpc-tls":{{{{{mine}}}},"server-name":"kp.example"}}"""));
        await FailsAsync(Scheme($$$$"""{"grpc":"{{{{target}}}}","grpc-tls":{{{{{root}}}},"server-name":"kp.example"}}"""));
        await FailsAsync(Scheme($$$$"""{"grpc":"{{{{target}}}}"}"""));
    }

    [Fact]
    public async Task A_tls_file_that_cannot_be_used_is_named()
    {
        var e = await Assert.ThrowsAsync<CofferException>(async () => await Scheme(
            $$$$"""{"grpc":"127.0.0.1:1","grpc-tls":{"root-ca-file":"{{{{_temp.Write("junk.pem", "junk")}}}}"}}""")
            .CreateWrappersAsync([new RecipientSpec("provider", "kp")], TestContext.Current.CancellationToken));

        Assert.Contains("root-ca-file", e.Message, StringComparison.Ordinal);
        Assert.Contains("junk.pem", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unreachable()
    {
        var e = await FailsAsync(Scheme("""{"grpc":"127.0.0.1:1"}"""));

        Assert.Equal(ExitStatus.Unreachable, e.ExitStatus);
        Assert.Contains("127.0.0.1:1", e.Message, StringComparison.Ordinal);
        Assert.Equal(ExitStatus.Unreachable, (await FailsAsync(Scheme($$$$"""{"grpc":"unix://{{{{_temp.Combine("none.sock")}}}}"}"""))).ExitStatus);
    }

    [Theory]
    [InlineData("deny", ExitStatus.Denied, "denied the request: not you")]
    [InlineData("unimplemented", ExitStatus.Failed, "does not implement WrapKey")]
    [InlineData("throw", ExitStatus.Failed, "failed (Unknown)")]
    [InlineData("hang", ExitStatus.Unreachable, "did not answer within 1 s")]
    [InlineData("garbage", ExitStatus.Failed, "not one JSON document")]
    [InlineData("empty", ExitStatus.Failed, "without a packet")]
    [InlineData("huge", ExitStatus.Failed, "more than 4194304 bytes")]
    public async Task What_a_server_does_wrong_is_said(string parameters, ExitStatus status, string complaint)
    {
        await using var server = await StartAsync(listen => listen.Protocols = HttpProtocols.Http2);
        var scheme = Scheme($$$$"""{"grpc":"127.0.0.1:{{{{Port(server)}}}}"}""", parameters == "hang" ? TimeSpan.FromSeconds(1) : null);

        var e = await FailsAsync(scheme, "kp:" + parameters);

        Assert.Equal(status, e.ExitStatus);
        Assert.Contains(complaint, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public async Task On_unwrap_denial_is_a_reason_that_keeps_its_status()
    {
        await using var server = await StartAsync(listen => listen.Protocols = HttpProtocols.Http2);
        using var identity = new ProviderIdentity("kp", "deny");
        var unwrapper = Scheme($$$$"""{"grpc":"127.0.0.1:{{{{Port(server)}}}}"}""").CreateUnwrapper([identity])!;
        using var owned = (IDisposable)unwrapper;

        var result = await unwrapper.UnwrapAsync(EncAnnotations.ProviderPrefix + "kp", new byte[] { 1 }, TestContext.Current.CancellationToken);

        Assert.Equal(ExitStatus.Denied, Assert.Single(result.Failures).Status);
    }

    private static async Task RoundTripAsync(ProviderScheme scheme)
    {
        using var wrapper = Assert.Single(await scheme.CreateWrappersAsync([new RecipientSpec("provider", "kp:go")], TestContext.Current.CancellationToken));
        var packet = await wrapper.WrapAsync(Options, TestContext.Current.CancellationToken);
        using var identity = new ProviderIdentity("kp", null);
        var unwrapper = scheme.CreateUnwrapper([identity])!;
        using var owned = (IDisposable)unwrapper;

        var result = await unwrapper.UnwrapAsync(wrapper.Annotation, packet, TestContext.Current.CancellationToken);

        Assert.NotEqual(Options, packet);
        Assert.Equal(Options, result.PrivateOptions);
    }

    private static async Task<CofferException> FailsAsync(ProviderScheme scheme, string argument = "kp")
    {
        using var wrapper = Assert.Single(await scheme.CreateWrappersAsync([new RecipientSpec("provider", argument)], TestContext.Current.CancellationToken));
        return await Assert.ThrowsAsync<CofferException>(async () => await wrapper.WrapAsync(Options, TestContext.Current.CancellationToken));
    }

    private ProviderScheme Scheme(string provider, TimeSpan? deadline = null)
    {
        var conf = _temp.Write("conf.json", "{\"key-providers\":{\"kp\":" + provider + "}}");
        return new ProviderScheme(TimeProvider.System, () => conf, deadline);
    }

    private static async Task<WebApplication> StartAsync(Action<ListenOptions> configure, string? socket = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddGrpc(o => o.MaxSendMessageSize = null);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            if (socket is null) kestrel.Listen(IPAddress.Loopback, 0, configure);
            else kestrel.ListenUnixSocket(socket, configure);
        });
        var app = builder.Build();
        app.MapGrpcService<ScrambleService>();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static int Port(WebApplication app) => new Uri(app.Urls.Single().Replace("localhost", "127.0.0.1", StringComparison.Ordinal)).Port;

    /// <summary>Turns every byte over, and misbehaves as its parameters ask.</summary>
    internal sealed class ScrambleService : KeyProviderService.KeyProviderServiceBase
    {
        public override Task<keyProviderKeyWrapProtocolOutput> WrapKey(keyProviderKeyWrapProtocolInput request, ServerCallContext context) => AnswerAsync(request, context);

        public override Task<keyProviderKeyWrapProtocolOutput> UnWrapKey(keyProviderKeyWrapProtocolInput request, ServerCallContext context) => AnswerAsync(request, context);

        private static async Task<keyProviderKeyWrapProtocolOutput> AnswerAsync(keyProviderKeyWrapProtocolInput input, ServerCallContext context)
        {
            var request = KeyProviderRequest.Read(input.KeyProviderKeyWrapProtocolInput.ToByteArray());
            var turned = request.Payload.Select(b => (byte)~b).ToArray();
            switch (System.Text.Encoding.UTF8.GetString(request.Parameters["kp"][0]))
            {
                case "deny": throw new RpcException(new Status(StatusCode.PermissionDenied, "not you"));
                case "unimplemented": throw new RpcException(new Status(StatusCode.Unimplemented, ""));
                case "throw": throw new InvalidOperationException("boom");
                case "hang": await Task.Delay(TimeSpan.FromSeconds(30), context.CancellationToken); break;
                case "garbage": return Output("garbage"u8.ToArray());
                case "empty": return Output("{}"u8.ToArray());
                case "huge": return Output(new byte[5 * 1024 * 1024]);
            }
            return Output(new KeyProviderAnswer(request.Operation, turned).Write());
        }

        private static keyProviderKeyWrapProtocolOutput Output(byte[] bytes) =>
            new() { KeyProviderKeyWrapProtocolOutput = ByteString.CopyFrom(bytes) };
    }

    /// <summary>A root and, issued by it, a server's and a client's certificate.</summary>
    private sealed class Pki : IDisposable
    {
        private static readonly DateTimeOffset Start = TimeProvider.System.GetUtcNow().AddDays(-1);
        private static readonly DateTimeOffset End = Start.AddDays(10);
        private readonly X509Certificate2 _root;

        public Pki(TempDirectory temp)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=root", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            _root = request.CreateSelfSigned(Start, End);
            RootFile = temp.Write("root.pem", _root.ExportCertificatePem());
            using var server = Issue("kp.example", out var serverKey);
            using (serverKey)
            using (var withKey = server.CopyWithPrivateKey(serverKey))
            {
                Server = X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
            }
            using var client = Issue("client", out var clientKey);
            using (clientKey)
            {
                ClientCertFile = temp.Write("client.pem", client.ExportCertificatePem());
                ClientKeyFile = temp.Write("client.key", clientKey.ExportPkcs8PrivateKeyPem());
                ClientThumbprint = client.Thumbprint;
            }
        }

        public X509Certificate2 Server { get; }

        public string RootFile { get; }

        public string ClientCertFile { get; }

        public string ClientKeyFile { get; }

        public string ClientThumbprint { get; }

        public void Dispose()
        {
            _root.Dispose();
            Server.Dispose();
        }

        private X509Certificate2 Issue(string name, out ECDsa key)
        {
            key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(name);
            request.CertificateExtensions.Add(names.Build());
            return request.Create(_root, Start, End, RandomNumberGenerator.GetBytes(8));
        }
    }
}
