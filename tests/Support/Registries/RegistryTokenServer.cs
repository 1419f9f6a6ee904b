using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Coffer.Support;

/// <summary>
/// The authority that a registry with token authentication sends its clients to: answers <c>GET /token</c> with a JWT
/// (ES256, certificate in <c>x5c</c>) that grants every action asked for, to the one account it knows.
/// </summary>
public sealed class RegistryTokenServer : IDisposable
{
    internal const string Issuer = "coffer-test-issuer";
    internal const string Service = "coffer-test-registry";

    private readonly HttpListener _listener = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;
    private readonly string _expected;
    private readonly ConcurrentQueue<string> _requests = new();

    internal RegistryTokenServer(string user, string password)
    {
        _expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
        var (from, until) = RegistryCertificates.Validity();
        _certificate = new CertificateRequest("CN=Coffer test tokens", _key, HashAlgorithmName.SHA256).CreateSelfSigned(from, until);
        Realm = new Uri($"http://127.0.0.1:{LoopbackPort.Free()}/token");
        _listener.Prefixes.Add(Realm.GetLeftPart(UriPartial.Authority) + "/");
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>Address that the registry names in its challenge.</summary>
    public Uri Realm { get; }

    /// <summary>How long a token lives; the next token obeys. Default 300 s.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// One line per request in the order of arrival: <c>STATUS QUERY</c>, for instance
    /// <c>200 ?service=coffer-test-registry&amp;scope=repository:a:pull</c> (as sent, still percent-encoded).
    /// </summary>
    public IReadOnlyCollection<string> Requests => _requests;

    internal string CertificatePem => _certificate.ExportCertificatePem();

    /// <summary>Stops answering.</summary>
    public void Dispose()
    {
        _listener.Close();
        _certificate.Dispose();
        _key.Dispose();
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                Answer(await _listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // A client that went away does not end the service; a closed listener ends the loop by itself.
            }
        }
    }

    private void Answer(HttpListenerContext context)
    {
        using var response = context.Response;
        var known = CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(context.Request.Headers["Authorization"] ?? string.Empty), Encoding.UTF8.GetBytes(_expected));
        response.StatusCode = known ? 200 : 401;
        _requests.Enqueue($"{response.StatusCode} {context.Request.Url?.Query}");
        if (!known)
            return;
        var token = Token(context.Request.QueryString.GetValues("scope") ?? []);
        var body = Encoding.UTF8.GetBytes(new JsonObject { ["token"] = token, ["expires_in"] = (int)Lifetime.TotalSeconds }.ToJsonString());
        response.ContentType = "application/json";
        response.OutputStream.Write(body);
    }

    private string Token(IEnumerable<string> scopes)
    {
        var now = TimeProvider.System.GetUtcNow();
        var header = new JsonObject
        {
            ["typ"] = "JWT",
            ["alg"] = "ES256",
            ["x5c"] = new JsonArray(Convert.ToBase64String(_certificate.RawData)),
        };
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["sub"] = "tester",
            ["aud"] = Service,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["nbf"] = now.AddSeconds(-10).ToUnixTimeSeconds(),
            ["exp"] = (now + Lifetime).ToUnixTimeSeconds(),
            ["jti"] = Convert.ToHexString(RandomNumberGenerator.GetBytes(8)),
            ["access"] = new JsonArray([.. scopes.SelectMany(s => s.Split(' ')).Select(Access)]),
        };
        var signed = $"{Encode(header)}.{Encode(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    // repository:NAME:action,action - a name may hold colons (host:port/...), the actions never do.
    private static JsonNode? Access(string scope)
    {
        var first = scope.IndexOf(':', StringComparison.Ordinal);
        var last = scope.LastIndexOf(':');
        if (first < 0 || first == last)
            return null;
        return new JsonObject
        {
            ["type"] = scope[..first],
            ["name"] = scope[(first + 1)..last],
            ["actions"] = new JsonArray([.. scope[(last + 1)..].Split(',').Select(a => (JsonNode?)JsonValue.Create(a))]),
        };
    }

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
