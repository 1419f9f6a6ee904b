using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;

// usage: http-floor CA-FILE AUTH ATTEST RESOURCE
//
// Listens on any free port of 127.0.0.1 with a P-256 certificate of its own, writes that to CA-FILE, says "serving on https://..." and
// answers the broker's three requests, once their bodies are read, with so many bytes each, over TLS as the broker has it.
if (args is not [var ca, var auth, var attest, var resource])
{
    await Console.Error.WriteLineAsync("usage: http-floor CA-FILE AUTH ATTEST RESOURCE");
    return 2;
}
var (session, token, secret) = (Answer(auth), Answer(attest), Answer(resource));
using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
var request = new CertificateRequest("CN=http-floor", key, HashAlgorithmName.SHA256);
var names = new SubjectAlternativeNameBuilder();
names.AddIpAddress(IPAddress.Loopback);
request.CertificateExtensions.Add(names.Build());
request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
await File.WriteAllTextAsync(ca, certificate.ExportCertificatePem());
var tls = new SslServerAuthenticationOptions
{
    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
    ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
    ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null),
};
var builder = WebApplication.CreateEmptyBuilder(new());
builder.WebHost.UseKestrelCore();
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Listen(IPAddress.Loopback, 0, o => o.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls) }));
});
await using var web = builder.Build();
web.Run(async context =>
{
    var body = context.Request.BodyReader;
    for (var read = await body.ReadAsync(); ; read = await body.ReadAsync())
    {
        body.AdvanceTo(read.Buffer.End);
        if (read.IsCompleted) break;
    }
    var answer = context.Request.Path.Value switch { "/kbs/v0/auth" => session, "/kbs/v0/attest" => token, _ => secret };
    if (answer == session) context.Response.Headers.SetCookie = "kbs-session-id=00000000000000000000000000000000; Path=/kbs";
    context.Response.ContentType = "application/json";
    context.Response.ContentLength = answer.Length;
    await context.Response.Body.WriteAsync(answer);
});
await web.StartAsync();
await Console.Out.WriteLineAsync($"serving on https://{new Uri(web.Urls.First()).Authority}");
await web.WaitForShutdownAsync();
return 0;

static byte[] Answer(string bytes)
{
    var answer = new byte[int.Parse(bytes, NumberStyles.None, CultureInfo.InvariantCulture)];
    Array.Fill(answer, (byte)' ');
    return answer;
}
