using System.Net;
using System.Text.Json;
using Coffer.Oci;
using Coffer.Registry.Auth;

namespace Coffer.Registry.Remote;

/// <summary>
/// Turns a refusal into one line: what was wanted, the status, and the first error that the registry states
/// (distribution-spec 1.1, "Error Codes"). No query string and no header is ever shown: they may hold secrets.
/// </summary>
internal static class RegistryFailure
{
    private const int MostBytes = 64 * 1024;

    /// <param name="transport">Reads the body.</param>
    /// <param name="response">The refusal.</param>
    /// <param name="what">What did not work, such as <c>registry.example gives no manifest of app:1</c>.</param>
    /// <param name="credentials">What was sent, for the hint.</param>
    /// <param name="cancellationToken">Abandons the reading.</param>
    public static async Task<RegistryException> ReadAsync(RegistryTransport transport, HttpResponseMessage response, string what, RegistryCredentials? credentials, CancellationToken cancellationToken)
    {
        var (code, message) = await StatedAsync(transport, response, cancellationToken).ConfigureAwait(false);
        var stated = code is null ? "" : message is { Length: > 0 } ? $"; it says {code}: {message}" : $"; it says {code}";
        var status = response.StatusCode;
        return new RegistryException($"{what}: {Name(status)} ({(int)status}){stated}", status, code, ExitOf(status), Hint(status, credentials));
    }

    private static string Name(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized => "authentication is required",
        HttpStatusCode.Forbidden => "access is denied",
        HttpStatusCode.NotFound => "not found",
        HttpStatusCode.MethodNotAllowed => "the registry does not offer this",
        HttpStatusCode.RequestEntityTooLarge => "too large",
        HttpStatusCode.TooManyRequests => "too many requests",
        >= HttpStatusCode.InternalServerError => "the registry failed",
        >= HttpStatusCode.BadRequest => "refused",
        _ => "unexpected answer",
    };

    private static ExitStatus ExitOf(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError ? ExitStatus.Unreachable : ExitStatus.Failed;

    private static string? Hint(HttpStatusCode status, RegistryCredentials? credentials) => status switch
    {
        HttpStatusCode.Unauthorized => LoginHint.For(credentials),
        HttpStatusCode.Forbidden when credentials is null => LoginHint.For(null),
        HttpStatusCode.Forbidden => $"{credentials} may not do this; ask the registry's administrator for the right",
        HttpStatusCode.NotFound => "check the spelling of repository and tag; some registries answer so where a login is needed",
        HttpStatusCode.TooManyRequests => "wait, log in for a higher limit, or raise --retry-times",
        >= HttpStatusCode.InternalServerError => "try again later; --retry-times raises how often that is done by itself",
        _ => null,
    };

    private static async Task<(string? Code, string? Message)> StatedAsync(RegistryTransport transport, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var body = await transport.ReadAsync(response, MostBytes, "an error", cancellationToken).ConfigureAwait(false);
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32 });
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("errors", out var errors)
                || errors.ValueKind != JsonValueKind.Array || errors.GetArrayLength() == 0 || errors[0].ValueKind != JsonValueKind.Object) return default;
            return (Text(errors[0], "code", 64), Text(errors[0], "message", 200));
        }
        catch (Exception e) when (e is JsonException or CofferException)
        {
            return default; // no statement that could be shown; the status still tells
        }
    }

    private static string? Text(JsonElement error, string name, int limit)
    {
        if (!error.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String) return null;
        try
        {
            return Printable.Of(value.GetString(), limit);
        }
        catch (InvalidOperationException)
        {
            return null; // an unpaired surrogate
        }
    }
}
