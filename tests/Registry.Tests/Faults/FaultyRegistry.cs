using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Coffer.Oci;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Coffer.Registry.Tests.Faults;

/// <summary>
/// A registry in this process, in memory, on a free port of 127.0.0.1, that does what a test tells it to. A fault sees
/// each request first and returns true where it answered. Without faults it is a small, honest registry.
/// </summary>
internal sealed class FaultyRegistry : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, MemoryStream> _uploads = new();
    private readonly ConcurrentQueue<SeenRequest> _seen = new();
    private int _sessions;

    private FaultyRegistry(WebApplication app) => _app = app;

    /// <summary><c>127.0.0.1:PORT</c>.</summary>
    public string Host { get; private set; } = "";

    /// <summary>What goes wrong.</summary>
    public Func<HttpContext, Task<bool>> Fault { get; set; } = _ => Task.FromResult(false);

    public ConcurrentDictionary<string, byte[]> Blobs { get; } = new();

    /// <summary>By tag and by digest, whatever the repository.</summary>
    public ConcurrentDictionary<string, Content> Manifests { get; } = new();

    public IReadOnlyList<SeenRequest> Seen => [.. _seen];

    public int OpenUploads => _uploads.Count;

    /// <summary>How <c>Location</c> is written.</summary>
    public bool AbsoluteLocations { get; set; }

    public static async Task<FaultyRegistry> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k =>
        {
            k.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http1);
            k.Limits.MaxRequestBodySize = null;
        });
        var app = builder.Build();
        var registry = new FaultyRegistry(app);
        app.Run(registry.AnswerAsync);
        await app.StartAsync();
        registry.Host = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Authority;
        return registry;
    }

    public Descriptor AddBlob(byte[] bytes)
    {
        Blobs[Digest.Of(bytes).ToString()] = bytes;
        return new Descriptor(MediaTypes.OciLayerGzip, Digest.Of(bytes), bytes.Length);
    }

    public Content AddManifest(string tag, Content content)
    {
        Manifests[tag] = Manifests[content.Digest.ToString()] = content;
        return content;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        _seen.Enqueue(new SeenRequest(request.Method, request.Path + request.QueryString, request.Headers.Authorization.ToString(), request.Headers.Range.ToString(), request.Headers.UserAgent.ToString()));
        if (await Fault(context)) return;
        var path = request.Path.Value!;
        if (path == "/v2/") return;
        var parts = path.Split('/');
        var kind = Array.FindLastIndex(parts, p => p is "manifests" or "blobs" or "uploads");
        if (kind < 0) context.Response.StatusCode = 404;
        else if (parts[kind] == "manifests") await ManifestAsync(context, parts[^1]);
        else if (parts[kind] == "uploads") await UploadAsync(context, parts[^1], string.Join('/', parts[..(kind + 1)]));
        else await BlobAsync(context, parts[^1]);
    }

    private async Task ManifestAsync(HttpContext context, string version)
    {
        if (context.Request.Method == "PUT")
        {
            var content = Content.Of(context.Request.ContentType!, await BodyAsync(context));
            AddManifest(version, content);
            context.Response.StatusCode = 201;
            context.Response.Headers["Docker-Content-Digest"] = content.Digest.ToString();
        }
        else if (context.Request.Method == "DELETE")
        {
            context.Response.StatusCode = Manifests.TryRemove(version, out _) ? 202 : 404;
        }
        else if (Manifests.TryGetValue(version, out var found))
        {
            context.Response.ContentType = found.MediaType;
            context.Response.Headers["Docker-Content-Digest"] = found.Digest.ToString();
            await SendAsync(context, found.Bytes.ToArray());
        }
        else
        {
            await Refuse(context, 404, "MANIFEST_UNKNOWN", "manifest unknown");
        }
    }

    private async Task BlobAsync(HttpContext context, string digest)
    {
        if (!Blobs.TryGetValue(digest, out var bytes))
        {
            await Refuse(context, 404, "BLOB_UNKNOWN", "blob unknown");
            return;
        }
        var range = context.Request.GetTypedHeaders().Range?.Ranges.FirstOrDefault();
        if (range?.From is { } from)
        {
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}";
            bytes = bytes[(int)from..];
        }
        await SendAsync(context, bytes);
    }

    private async Task UploadAsync(HttpContext context, string session, string path)
    {
        var response = context.Response;
        if (context.Request.Method == "POST")
        {
            session = Interlocked.Increment(ref _sessions).ToString(System.Globalization.CultureInfo.InvariantCulture);
            _uploads[session] = new MemoryStream();
        }
        else if (!_uploads.ContainsKey(session))
        {
            await Refuse(context, 404, "BLOB_UPLOAD_UNKNOWN", "upload unknown");
            return;
        }
        var upload = _uploads[session];
        response.StatusCode = 202;
        if (context.Request.Method is "PATCH" or "PUT") await upload.WriteAsync(await BodyAsync(context));
        if (context.Request.Method == "DELETE") _uploads.TryRemove(session, out _);
        if (context.Request.Method == "GET") response.StatusCode = 204;
        if (context.Request.Method == "PUT")
        {
            var digest = context.Request.Query["digest"].ToString();
            if (digest != "sha256:" + Convert.ToHexStringLower(SHA256.HashData(upload.ToArray())))
            {
                await Refuse(context, 400, "DIGEST_INVALID", "digest does not match");
                return;
            }
            _uploads.TryRemove(session, out _);
            Blobs[digest] = upload.ToArray();
            response.StatusCode = 201;
            response.Headers["Docker-Content-Digest"] = digest;
            return;
        }
        response.Headers.Location = $"{(AbsoluteLocations ? $"http://{Host}" : "")}{path}/{session}?state=a%2Fb%3D{upload.Length}";
        response.Headers["Range"] = $"0-{Math.Max(0, upload.Length - 1)}";
    }

    public static async Task Refuse(HttpContext context, int status, string code, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync($$"""{"errors":[{"code":"{{code}}","message":"{{message}}"}]}""");
    }

    public static async Task<byte[]> BodyAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    private static async Task SendAsync(HttpContext context, byte[] bytes)
    {
        context.Response.ContentLength = bytes.Length;
        if (context.Request.Method != "HEAD") await context.Response.Body.WriteAsync(bytes);
    }
}

/// <summary>A request as the registry saw it.</summary>
internal sealed record SeenRequest(string Method, string Path, string Authorization, string Range, string UserAgent)
{
    public override string ToString() => $"{Method} {Path}";
}
