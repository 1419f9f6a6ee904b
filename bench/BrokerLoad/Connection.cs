using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace Coffer.Bench.Broker;

/// <summary>One TLS connection to a broker, kept open, that trusts its authority alone.</summary>
internal sealed class Connection : IDisposable
{
    private const int MostCounted = 16;

    private readonly HttpClient _client;
    private readonly string _url;

    public Connection(string url, string caFile)
    {
        _url = url;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(File.ReadAllText(caFile)));
        var handler = new SocketsHttpHandler
        {
            UseProxy = false, UseCookies = false, MaxConnectionsPerServer = 1, PooledConnectionIdleTimeout = TimeSpan.FromMinutes(10), SslOptions = { CertificateChainPolicy = policy },
        };
        _client = new HttpClient(handler) { Timeout = TimeSpan.FromMinutes(2) };
    }

    /// <summary>Bodies of the exchanges so far, in bytes: what was sent and what came.</summary>
    public List<(int Sent, int Received)> Exchanged { get; } = [];

    /// <summary>One request with its answer, which has to be a success.</summary>
    /// <exception cref="InvalidOperationException">It is not.</exception>
    public async Task<(byte[] Body, string? Cookie)> SendAsync(HttpMethod method, string path, byte[]? body = null, string? token = null, string? cookie = null)
    {
        using var request = new HttpRequestMessage(method, _url + path);
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        if (cookie is not null) request.Headers.TryAddWithoutValidation("Cookie", cookie);
        if (body is not null) request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var response = await _client.SendAsync(request);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"{method} {path} was answered with {(int)response.StatusCode}: {System.Text.Encoding.UTF8.GetString(bytes)}");
        if (Exchanged.Count < MostCounted) Exchanged.Add((body?.Length ?? 0, bytes.Length));
        return (bytes, response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.First().Split(';')[0] : null);
    }

    /// <summary>The same, of an answer in JSON.</summary>
    public async Task<JsonNode> AskAsync(HttpMethod method, string path, byte[]? body = null, string? token = null) =>
        JsonNode.Parse((await SendAsync(method, path, body, token)).Body)!;

    public void Dispose() => _client.Dispose();
}
