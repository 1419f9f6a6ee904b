using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol.Client;
using Coffer.Oci;

namespace Coffer.Cli.BrokerCalls;

/// <summary>Calls of a broker's administration API. Owns its connections.</summary>
internal sealed class BrokerApi(BrokerHttp http, string? token) : IDisposable
{
    private const string Root = "api/v1/";
    private const int MostAnswerBytes = 64 * 1024 * 1024;
    private const int MostDepth = 128;

    /// <summary>Its host and port, such as <c>broker.example:8080</c>.</summary>
    public string Authority => http.Authority;

    /// <summary>Escapes one segment of a path.</summary>
    public static string Segment(string text) => text is "" or "." or ".."
        ? throw new CofferException($"'{text}' names nothing", ExitStatus.Usage)
        : Uri.EscapeDataString(text);

    /// <summary>Asks for something.</summary>
    /// <exception cref="CofferException">The broker refused or cannot be reached.</exception>
    public Task<JsonNode?> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, null, "application/json", cancellationToken);

    /// <summary>Removes something.</summary>
    /// <exception cref="CofferException">The broker refused or cannot be reached.</exception>
    public Task<JsonNode?> DeleteAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Delete, path, null, "application/json", cancellationToken);

    /// <summary>Sends a JSON object.</summary>
    /// <exception cref="CofferException">The broker refused or cannot be reached.</exception>
    public Task<JsonNode?> SendAsync(HttpMethod method, string path, JsonObject body, CancellationToken cancellationToken) =>
        SendAsync(method, path, Encoding.UTF8.GetBytes(body.ToJsonString(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })), "application/json", cancellationToken);

    /// <summary>Sends bytes as they are; null for none.</summary>
    /// <returns>The answer; null where there is none.</returns>
    /// <exception cref="CofferException">The broker refused or cannot be reached.</exception>
    public async Task<JsonNode?> SendAsync(HttpMethod method, string path, ReadOnlyMemory<byte>? body, string contentType, CancellationToken cancellationToken)
    {
        var request = new BrokerRequest(method, Root + path, MostAnswerBytes) { Bearer = token, Body = body, ContentType = contentType };
        var answer = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (!answer.Succeeded) throw BrokerRefusal.Of(answer);
        if (answer.Body.Length == 0) return null;
        return Parse(answer.Body) ?? throw new CofferException($"the broker at {http.Authority} answers with something that is not JSON", hint: "is it a Coffer broker?");
    }

    public void Dispose() => http.Dispose();

    internal static JsonNode? Parse(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body, documentOptions: new JsonDocumentOptions { MaxDepth = MostDepth });
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
