using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.References;
using Coffer.Oci;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>Sets of values that policies compare claims with.</summary>
internal sealed class ReferenceRoutes
{

    private static readonly RouteMember[] Shown =
    [
        new("name", "string", "Its name."), new("description", "string", "What its author says of it.", IsRequired: false), new("count", "integer", "How many values it holds."),
        new("expires", "string", "From when on it matches nothing; null for never.", IsRequired: false), new("expired", "boolean", "Whether it matches nothing any more."),
    ];

    private readonly BrokerParts _parts;

    private ReferenceRoutes(BrokerParts parts) => _parts = parts;

    public static IEnumerable<AdminRoute> Of(BrokerParts parts)
    {
        var routes = new ReferenceRoutes(parts);
        var document = RouteBody.Object("A set: name, values, and perhaps description and expires.");
        yield return new("GET", "references", Permission.ReadReferences, "Lists the sets of reference values.", routes.ListAsync) { Answers = RouteBody.List("All sets by name.", Shown) };
        yield return new("GET", "references/{name}", Permission.ReadReferences, "A set as it was put.", routes.GetAsync) { Answers = document };
        yield return new("PUT", "references/{name}", Permission.Admin, "Puts a set, in place of the one that was there.", routes.PutAsync) { Accepts = document, Answers = RouteBody.Object("As it is listed.", Shown) };
        yield return new("DELETE", "references/{name}", Permission.Admin, "Removes a set: conditions that ask for it fail at once.", routes.DeleteAsync);
    }

    private async Task<AdminAnswer> ListAsync(AdminCall call, CancellationToken cancellationToken)
    {
        const int page = 16; // a set may have a MiB
        var read = await _parts.Store.ReadAsync(
            async r =>
            {
                var found = new List<JsonObject>();
                IReadOnlyList<ReferenceSet> sets;
                do
                {
                    sets = await ReferenceShelf.ListAsync(r, found.Count == 0 ? null : (string)found[^1]["name"]!, page).ConfigureAwait(false);
                    found.AddRange(sets.Select(Show));
                }
                while (sets.Count == page);
                return found;
            }, cancellationToken).ConfigureAwait(false);
        return new AdminAnswer(new JsonArray([.. read.Select(s => (JsonNode?)s)]));
    }

    private async Task<AdminAnswer> GetAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var name = call.Values["name"];
        var document = await _parts.Store.ReadAsync(r => ReferenceShelf.FindDocumentAsync(r, name), cancellationToken).ConfigureAwait(false);
        return new AdminAnswer(document ?? throw Missing(name));
    }

    private async Task<AdminAnswer> PutAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var put = await _parts.Store.WriteAsync(
            async store =>
            {
                var set = await ReferenceShelf.PutAsync(store, call.Values["name"], call.Body).ConfigureAwait(false);
                var until = set.Expires is { } expires ? $", until {Time(expires)}" : "";
                await _parts.Audit.AppendAsync(store, Change.Of(call, "reference.put", set.Name, string.Create(CultureInfo.InvariantCulture, $"{set.Count} values{until}"))).ConfigureAwait(false);
                return set;
            }, cancellationToken).ConfigureAwait(false);
        return new AdminAnswer(Show(put));
    }

    private async Task<AdminAnswer> DeleteAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var name = call.Values["name"];
        await _parts.Store.WriteAsync(
            async store =>
            {
                if (!await ReferenceShelf.DeleteAsync(store, name).ConfigureAwait(false)) throw Missing(name);
                await _parts.Audit.AppendAsync(store, Change.Of(call, "reference.delete", name, "removed")).ConfigureAwait(false);
                return true;
            }, cancellationToken).ConfigureAwait(false);
        return AdminAnswer.Done;
    }

    private JsonObject Show(ReferenceSet set)
    {
        var json = new JsonObject { ["name"] = set.Name };
        if (set.Description is { } description) json["description"] = description;
        json["count"] = set.Count;
        json["expires"] = set.Expires is { } expires ? Time(expires) : null;
        json["expired"] = set.Expires <= _parts.Time.GetUtcNow();
        return json;
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static BrokerException Missing(string name) => new(BrokerFault.NotFound, $"there is no reference set '{Printable.Of(name, 64)}'", "coffer broker reference list shows their names");
}
