using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coffer.Attestation;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Protocol.Messages;
using Coffer.KeyProvider.Packets;
using Coffer.KeyProvider.Sources.Broker;
using Coffer.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Coffer.KeyProvider.Tests.Sources.Broker;

/// <summary>A small broker over TLS with an authority of its own: takes sample evidence, releases one key, wraps under it, and counts.</summary>
internal sealed class TestBroker : IAsyncDisposable
{
    public const string KeyPath = "default/image-kek/1";
    public const string RequestId = "7f3a0000000000aa";

    private readonly WebApplication _app;
    private readonly TempDirectory _folder = new();
    private readonly X509Certificate2 _certificate;
    private readonly ConcurrentDictionary<string, string> _nonces = new();
    private TeePublicKey? _attested;
    private int _connections, _attestations;

    private TestBroker()
    {
        _certificate = Issue();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Use(next => connection =>
            {
                Interlocked.Increment(ref _connections);
                return next(connection);
            });
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(_certificate);
        }));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public static byte[] Kek { get; } = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    public Uri Address => new(_app.Urls.Single());

    public string CaFile => _folder.Combine("ca.pem");

    public TempDirectory Folder => _folder;

    /// <summary>Connections taken, whatever came of them.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public int Attestations => Volatile.Read(ref _attestations);

    /// <summary>What is released; the key unless a test says otherwise.</summary>
    public byte[] Resource { get; set; } = Kek;

    /// <summary>The path under which it says that it wrapped; null: the one asked for.</summary>
    public string? WrapsUnder { get; set; }

    /// <summary>Answers in the broker's place where it returns something: status, body, header lines.</summary>
    public Func<HttpRequest, (int Status, byte[] Body, string? Location)?> Instead { get; set; } = _ => null;

    /// <summary>Access tokens that came with wrap requests.</summary>
    public ConcurrentQueue<string> Tokens { get; } = new();

    public static async Task<TestBroker> StartAsync()
    {
        var broker = new TestBroker();
        await broker._app.StartAsync(TestContext.Current.CancellationToken);
        return broker;
    }

    /// <summary>A node's source: attests by sample evidence.</summary>
    public BrokerSource Node(params string[] allowedHosts) => BrokerSource.Open(
        new BrokerSettings("b", [], Address, CaFile, null, new AttesterSettings("sample")) { AllowedHosts = allowedHosts }, TimeProvider.System);

    /// <summary>An owner's source: wraps by an access token.</summary>
    public BrokerSource Owner() => BrokerSource.Open(new BrokerSettings("b", [], Address, CaFile, WriteToken("coffer_ab_cd\n")), TimeProvider.System);

    public string WriteToken(string content, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var path = _folder.Write("token", content);
        File.SetUnixFileMode(path, mode);
        return path;
    }

    /// <summary>A packet wrapped under the key, whose kid names that host.</summary>
    public static AnnotationPacket Packet(string options, string host = "", string path = KeyPath) => PacketCipher.Seal($"kbs://{host}/{path}", Kek, Encoding.UTF8.GetBytes(options));

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
        _folder.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        context.Response.Headers["X-Request-Id"] = RequestId;
        var (status, answer, location) = Instead(context.Request) ?? context.Request.Path.Value switch
        {
            "/kbs/v0/auth" => Challenge(context),
            "/kbs/v0/attest" => Attest(context.Request, body.ToArray()),
            "/kbs/v0/resource/" + KeyPath => (200, SealedResponse.Seal(Resource, _attested!), null),
            "/api/v1/wrap" => Wrap(context.Request, body.ToArray()),
            _ => (404, new KbsError("PluginInternalError", "no such resource").ToJson(), null),
        };
        context.Response.StatusCode = status;
        if (location is not null) context.Response.Headers.Location = location;
        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }

    private (int, byte[], string?) Challenge(HttpContext context)
    {
        var challenge = KbsChallenge.Create();
        _nonces["s"] = challenge.Nonce;
        context.Response.Headers.SetCookie = "kbs-session-id=s";
        return (200, challenge.ToJson(), null);
    }

    private (int, byte[], string?) Attest(HttpRequest request, byte[] body)
    {
        Assert.Equal("s", request.Cookies["kbs-session-id"]);
        var attestation = KbsAttestation.Parse(body, KbsVersion.V040);
        Assert.Equal(_nonces["s"], attestation.Nonce);
        BuiltInTees.Verifiers(allowSample: true)["sample"].Verify(attestation.Evidence, ReportData.Compute(KbsVersion.V040, _nonces["s"], attestation.Key), attestation.Key);
        _attested = attestation.Key;
        Interlocked.Increment(ref _attestations);
        return (200, new KbsToken($"e30.{Base64Url.EncodeToString("""{"iat":1000,"exp":1300}"""u8)}.AAAA").ToJson(), null);
    }

    private (int, byte[], string?) Wrap(HttpRequest request, byte[] body)
    {
        Tokens.Enqueue(request.Headers.Authorization.ToString());
        using var json = System.Text.Json.JsonDocument.Parse(body);
        var asked = json.RootElement.GetProperty("keyid").GetString();
        var packet = PacketCipher.Seal(WrapsUnder ?? asked ?? "kbs:///default/image-kek/new", Kek, json.RootElement.GetProperty("options").GetBytesFromBase64());
        return (200, PacketWriter.Write(packet), null);
    }

    private X509Certificate2 Issue()
    {
        var (from, until) = (TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        using var caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var ca = new CertificateRequest("CN=test authority", caKey, HashAlgorithmName.SHA256);
        ca.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var root = ca.CreateSelfSigned(from, until);
        _folder.Write("ca.pem", root.ExportCertificatePem());
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=broker", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(root, from, until, [1]);
        using var both = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(both.Export(X509ContentType.Pfx), null);
    }
}
