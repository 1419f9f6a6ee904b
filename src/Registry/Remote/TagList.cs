using System.Net;
using System.Text.Json;
using Coffer.Oci;
using Coffer.Registry.Auth;

namespace Coffer.Registry.Remote;

/// <summary>Lists tags over as many pages as the registry makes of them (distribution-spec 1.1, "Listing Tags").</summary>
internal static class TagList
{
    public const int MostTags = 100_000;
    private const int MostPages = 1000;
    private const int MostPageBytes = 4 * 1024 * 1024;

    public static async Task<IReadOnlyList<string>> ReadAsync(RemoteRepository repository, CancellationToken cancellationToken)
    {
        var registry = repository.Registry;
        var scope = TokenScope.Pull(repository.Name);
        var tags = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var path = $"/v2/{repository.Name}/tags/list";
        for (var page = 0; page < MostPages; page++)
        {
            if (!seen.Add(path)) throw Endless(repository);
            using var response = await registry.SendAsync(new RegistryRequest(HttpMethod.Get, path, scope), cancellationToken).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK) throw await registry.FailureAsync(response, $"does not list the tags of {repository.Name}", scope, cancellationToken).ConfigureAwait(false);
            var what = $"a list of tags of {repository.Where}";
            var body = await registry.Transport.ReadAsync(response, MostPageBytes, what, cancellationToken).ConfigureAwait(false);
            Append(tags, body, what);
            if (tags.Count > MostTags) throw Endless(repository);
            if (Next(response, registry) is not { } next) return tags;
            path = next;
        }
        throw Endless(repository);
    }

    // Link: </v2/name/tags/list?last=x>; rel="next" (RFC 8288). Another host's list would not be this repository's.
    private static string? Next(HttpResponseMessage response, RegistryConnection registry)
    {
        if (!response.Headers.NonValidated.TryGetValues("Link", out var links)) return null;
        var asked = response.RequestMessage!.RequestUri!;
        foreach (var link in links.SelectMany(l => l.Split(',')))
        {
            var open = link.IndexOf('<', StringComparison.Ordinal);
            var close = link.IndexOf('>', StringComparison.Ordinal);
            if (open < 0 || close < open || !link[close..].Contains("rel=\"next\"", StringComparison.OrdinalIgnoreCase) && !link[close..].Contains("rel=next", StringComparison.OrdinalIgnoreCase)) continue;
            if (!Uri.TryCreate(asked, link[(open + 1)..close], out var next) || next.Authority != asked.Authority)
            {
                throw new CofferException($"{registry.Host} continues its list of tags at another host", ExitStatus.Denied);
            }
            return next.PathAndQuery;
        }
        return null;
    }

    private static void Append(List<string> tags, byte[] body, string what)
    {
        try
        {
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8 });
            if (!json.RootElement.TryGetProperty("tags", out var list)) throw new CofferException($"{what} names no tags");
            if (list.ValueKind == JsonValueKind.Null) return; // a repository whose last tag is gone
            tags.AddRange(list.EnumerateArray().Select(t => t.GetString() ?? ""));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CofferException($"{what} is not JSON with tags", inner: e);
        }
    }

    private static CofferException Endless(RemoteRepository repository) => new($"{repository.Where} lists tags without end, or more than {MostTags}");
}
