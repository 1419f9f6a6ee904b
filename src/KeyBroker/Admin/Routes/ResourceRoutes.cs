using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>Keys and other secrets. They go in here; they come out only to a machine that a policy allows.</summary>
internal sealed class ResourceRoutes
{
    private const int MostListed = 10_000;

    private readonly BrokerParts _parts;
    private readonly ResourceShelf _shelf;

    private ResourceRoutes(BrokerParts parts) => (_parts, _shelf) = (parts, new ResourceShelf(parts.Sealer));

    public static IEnumerable<AdminRoute> Of(BrokerParts parts)
    {
        var routes = new ResourceRoutes(parts);
        yield return new("GET", "resources", Permission.ReadResources, "Lists paths and sizes, never a value.", routes.ListAsync)
        {
            Query = [new("prefix", "Only paths that begin so."), .. ListPage.Parameters(MostListed, "path")],
            Answers = RouteBody.List("In the order of their paths.", new RouteMember("path", "string", "REPOSITORY/TYPE/TAG."), new RouteMember("size", "integer", "In bytes.")),
        };
        yield return new("PUT", "resources/{*path}", Permission.WriteResources, "Puts a resource, in place of the one that was there.", routes.PutAsync)
        {
            MostBodyBytes = ResourceShelf.MostBytes,
            Accepts = RouteBody.Bytes($"Its value as it is, at most {ResourceShelf.MostBytes} bytes."),
        };
        yield return new("DELETE", "resources/{*path}", Permission.WriteResources, "Removes a resource.", routes.DeleteAsync);
    }

    private async Task<AdminAnswer> ListAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var (page, prefix) = (ListPage.Of(call, MostListed), ListPage.KeyOrNull(call, "prefix") ?? "");
        var found = await _parts.Store.ReadAsync(r => ReachedAsync(r, call.Caller, prefix, page), cancellationToken).ConfigureAwait(false);
        return new AdminAnswer(new JsonArray([.. found.Select(f => (JsonNode?)new JsonObject { ["path"] = f.Path, ["size"] = f.Bytes })]));
    }

    private static async ValueTask<List<(string Path, int Bytes)>> ReachedAsync(IStoreReader store, Caller caller, string prefix, ListPage page)
    {
        var (reached, after) = (new List<(string Path, int Bytes)>(), page.After);
        while (reached.Count < page.Most)
        {
            var part = await ResourceShelf.ListAsync(store, prefix, after, page.Most).ConfigureAwait(false);
            reached.AddRange(part.Where(p => caller.Reaches(Permission.ReadResources, p.Path)).Take(page.Most - reached.Count));
            if (part.Count < page.Most) break;
            after = part[^1].Path;
        }
        return reached;
    }

    private async Task<AdminAnswer> PutAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var path = ResourcePath.Parse(call.Values["path"]);
        await _parts.Store.WriteAsync(
            async store =>
            {
                await _shelf.PutAsync(store, path, call.Body.Span).ConfigureAwait(false);
                await _parts.Audit.AppendAsync(store, Change.Of(call, "resource.put", path.ToString(), string.Create(CultureInfo.InvariantCulture, $"{call.Body.Length} bytes"))).ConfigureAwait(false);
                return true;
            }, cancellationToken).ConfigureAwait(false);
        return AdminAnswer.Done;
    }

    private async Task<AdminAnswer> DeleteAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var path = ResourcePath.Parse(call.Values["path"]);
        await _parts.Store.WriteAsync(
            async store =>
            {
                if (!await ResourceShelf.DeleteAsync(store, path).ConfigureAwait(false)) throw new BrokerException(BrokerFault.NotFound, $"there is no resource {path}");
                await _parts.Audit.AppendAsync(store, Change.Of(call, "resource.delete", path.ToString(), "removed")).ConfigureAwait(false);
                return true;
            }, cancellationToken).ConfigureAwait(false);
        return AdminAnswer.Done;
    }
}
