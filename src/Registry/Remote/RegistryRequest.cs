using System.Net.Http.Headers;
using Coffer.Registry.Auth;

namespace Coffer.Registry.Remote;

/// <summary>One request to a registry, as often as it has to be sent.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">Relative to the registry, or an absolute address it gave us.</param>
/// <param name="Scope">What a token must allow.</param>
internal sealed record RegistryRequest(HttpMethod Method, string Path, TokenScope Scope)
{
    /// <summary>The media types to ask for.</summary>
    public IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary>The first byte wanted; null for all.</summary>
    public long? From { get; init; }

    /// <summary>Makes the body anew for every attempt; null for none.</summary>
    public Func<HttpContent>? Body { get; init; }

    /// <summary>True where the body can be sent only once: no retry, no redirect, no second try with other credentials.</summary>
    public bool Once { get; init; }

    /// <summary>True to let the registry refuse before the body is on its way.</summary>
    public bool AskFirst { get; init; }

    public HttpRequestMessage Make(Uri address, AuthenticationHeaderValue? authorization)
    {
        var request = new HttpRequestMessage(Method, address) { Content = Body?.Invoke() };
        request.Headers.Authorization = authorization;
        foreach (var type in Accept) request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        if (From is { } from) request.Headers.Range = new RangeHeaderValue(from, null);
        if (AskFirst) request.Headers.ExpectContinue = true;
        // A POST or PUT without a body still says so: some front ends answer 411 otherwise.
        if (Body is null && (Method == HttpMethod.Post || Method == HttpMethod.Put)) request.Content = new ByteArrayContent([]);
        return request;
    }
}
