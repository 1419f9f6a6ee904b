using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.Jose;
using Coffer.KeyBroker.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Coffer.KeyBroker.Tests.Access;

/// <summary>An OpenID Connect issuer on a loopback port, over HTTPS: its configuration, its key set, and tokens of its keys.</summary>
internal sealed class LoopbackIssuer : IAsyncDisposable
{
    private readonly CertificateAuthority _authority = CertificateAuthority.Make(TimeProvider.System.GetUtcNow());
    private readonly WebApplication _web;
    private readonly List<Jwk> _keys = [];

    private LoopbackIssuer()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, o => o.UseHttps(_authority.IssueServer(["127.0.0.1"], TimeProvider.System.GetUtcNow()))));
        _web = builder.Build();
        _web.Run(AnswerAsync);
    }

    public string Identifier { get; private set; } = "";

    public string AuthorityPem => _authority.Certificate.ExportCertificatePem();

    /// <summary>How often its key set was fetched.</summary>
    public int Fetches { get; private set; }

    /// <summary>What stands in the configuration's <c>issuer</c>; null for the truth.</summary>
    public string? ClaimedIdentifier { get; set; }

    /// <summary>What it answers in place of its documents; null for them.</summary>
    public Func<HttpContext, Task>? Fault { get; set; }

    public static async Task<LoopbackIssuer> StartAsync()
    {
        var issuer = new LoopbackIssuer();
        await issuer._web.StartAsync(TestContext.Current.CancellationToken);
        issuer.Identifier = $"https://{new Uri(issuer._web.Urls.First()).Authority}/realms/ops";
        issuer.AddKey("one");
        return issuer;
    }

    /// <summary>Publishes one more key.</summary>
    public Jwk AddKey(string keyId)
    {
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = Jwk.FromEllipticCurve(made.ExportParameters(includePrivateParameters: true)).WithNames(keyId, "ES256");
        _keys.Add(key);
        return key;
    }

    public void RemoveKey(string keyId) => _keys.RemoveAll(k => k.KeyId == keyId);

    /// <summary>A token of its newest key.</summary>
    public string Sign(JsonObject claims, Jwk? key = null) => Jws.Sign(Encoding.UTF8.GetBytes(claims.ToJsonString()), [new JwkSigner(key ?? _keys[^1])]);

    public string KeySet => new JsonObject { ["keys"] = new JsonArray([.. _keys.Select(k => JsonNode.Parse(k.ToPublicJson()))]) }.ToJsonString();

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _authority.Dispose();
        _keys.ForEach(k => k.Dispose());
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path.Value?.EndsWith("/certs", StringComparison.Ordinal) == true) Fetches++;
        if (Fault is { } fault)
        {
            await fault(context);
            return;
        }
        switch (context.Request.Path.Value)
        {
            case "/realms/ops/.well-known/openid-configuration":
                await context.Response.WriteAsync(new JsonObject { ["issuer"] = ClaimedIdentifier ?? Identifier, ["jwks_uri"] = $"{Identifier}/certs" }.ToJsonString());
                break;
            case "/realms/ops/certs":
                await context.Response.WriteAsync(KeySet);
                break;
            default:
                context.Response.StatusCode = 404;
                break;
        }
    }
}
