using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Hosts;
using Coffer.KeyBroker.Resources;
using Coffer.Oci;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>Keys and other secrets. They go in here; they come out only to a machine that a policy allows.</summary>
internal sealed class ResourceRoutes
{
    private const int MostListed = 10_000;
    private const string Never = "never";

    private readonly BrokerParts _parts;
    private readonly ResourceShelf _shelf;

    private ResourceRoutes(BrokerParts parts) => (_parts, _shelf) = (parts, new ResourceShelf(parts.Sealer));

    public static IEnumerable<AdminRoute> Of(BrokerParts parts)
    {
        var routes = new ResourceRoutes(parts);
        RouteParameter labels = new("labels", "Labels, NAME=VALUE or NAME, separated by commas.");
        var shown = RouteBody.Object("The resource as it is now.", [.. ResourceMembers.OfResource, new RouteMember("versions", "objects", $"The newest first; each has {string.Join(", ", ResourceMembers.OfVersion)}.", IsRequired: false)]);
        var one = RouteBody.Object("The resource as it is now.", ResourceMembers.OfResource);
        yield return new("GET", "resources", Permission.ReadResources, "Lists resources, never a value.", routes.ListAsync)
        {
            Query =
            [
                new("prefix", "Only paths that begin so."), labels with { Description = "Only resources with all of these labels, separated by commas; NAME alone finds any value." },
                new("expires_before", "Only resources that expire before, such as 2027-01-31T12:00:00Z or 30d from now."), new("deleted", "true for those that were deleted, instead."),
                .. ListPage.Parameters(MostListed, "path"),
            ],
            Answers = RouteBody.List("In the order of their paths.", ResourceMembers.OfResource),
        };
        yield return new("GET", "resources/{*path}", Permission.ReadResources, "Shows a resource with its versions, never a value.", routes.GetAsync) { Answers = shown };
        yield return new("PUT", "resources/{*path}", Permission.WriteResources, "Puts a new version of a resource, or its first.", routes.PutAsync)
        {
            Query =
            [
                labels with { Description = "Its labels from now on, separated by commas; left out to keep those that it has." }, new("expires", "From when on this version is not released, such as 2027-01-31T12:00:00Z or 90d from now."),
                new("reuse_deleted", "true to put it where another resource was deleted."),
            ],
            MostBodyBytes = ResourceShelf.MostBytes,
            Accepts = RouteBody.Bytes($"Its value as it is, at most {ResourceShelf.MostBytes} bytes."),
            Answers = one,
        };
        yield return new("PATCH", "resources/{*path}", Permission.WriteResources, "Changes a resource's labels, and when it or a version of it expires.", routes.ChangeAsync)
        {
            Accepts = RouteBody.Object(
                "What changes.", HostLabels.Described(isRequired: false), new RouteMember("expires", "string", "Such as 2027-01-31T12:00:00Z, 90d from now, or never.", IsRequired: false),
                new RouteMember("version", "integer", "The version that expires; left out for the resource as a whole.", IsRequired: false)),
            Answers = one,
        };
        yield return new("DELETE", "resources/{*path}", Permission.WriteResources, "Removes a resource with all of its versions, or one version.", routes.DeleteAsync)
        {
            Query = [new("version", "Only this version.")],
        };
    }

    private async Task<AdminAnswer> ListAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var (page, prefix, labels) = (ListPage.Of(call, MostListed), ListPage.KeyOrNull(call, "prefix") ?? "", Labels(call) ?? []);
        var before = call.Query.TryGetValue("expires_before", out var text) ? Moments.Parse(text, "expires_before", _parts.Time.GetUtcNow()) : (DateTimeOffset?)null;
        bool reaches(ResourcePath path) => call.Caller.Reaches(Permission.ReadResources, path);
        if (!Flag(call, "deleted"))
        {
            var found = await _parts.Store.ReadAsync(r => ResourceList.ReadAsync(r, new ResourceSearch(prefix, labels, before) { Reaches = reaches }, page.After, page.Most), cancellationToken).ConfigureAwait(false);
            return new AdminAnswer(new JsonArray([.. found.Select(f => (JsonNode?)ResourceMembers.Of(f))]));
        }
        if (labels.Count > 0 || before is not null) throw new BrokerException(BrokerFault.BadRequest, "a deleted resource has no labels and does not expire", "leave labels and expires_before out");
        var gone = await _parts.Store.ReadAsync(r => ResourceList.ReadTombstonesAsync(r, prefix, reaches, page.After, page.Most), cancellationToken).ConfigureAwait(false);
        return new AdminAnswer(new JsonArray([.. gone.Select(g => (JsonNode?)ResourceMembers.Of(g.Path, g.Tombstone))]));
    }

    private async Task<AdminAnswer> GetAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var path = ResourcePath.Parse(call.Values["path"]);
        return new AdminAnswer(await _parts.Store.ReadAsync(
            async r =>
            {
                if (await ResourceShelf.FindAsync(r, path).ConfigureAwait(false) is { } head)
                {
                    var shown = ResourceMembers.Of(head);
                    shown["versions"] = ResourceMembers.Versions(head, _parts.Time.GetUtcNow());
                    return shown;
                }
                return await ResourceShelf.FindTombstoneAsync(r, path).ConfigureAwait(false) is { } gone ? ResourceMembers.Of(path.ToString(), gone) : throw Missing(path);
            }, cancellationToken).ConfigureAwait(false));
    }

    private async Task<AdminAnswer> PutAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var path = ResourcePath.Parse(call.Values["path"]);
        var now = _parts.Time.GetUtcNow();
        var put = new ResourcePut(now, call.Caller.TokenId)
        {
            Labels = Labels(call),
            Expires = call.Query.TryGetValue("expires", out var expires) ? Later(expires, now) : null,
            ReuseDeleted = Flag(call, "reuse_deleted"),
        };
        return new AdminAnswer(await _parts.Store.WriteAsync(
            async store =>
            {
                var (head, dropped) = await _shelf.PutAsync(store, path, call.Body, put).ConfigureAwait(false);
                await _parts.Audit.AppendAsync(store, Change.Of(call, "resource.put", path.ToString(), ResourceChange.Put(head, dropped))).ConfigureAwait(false);
                return ResourceMembers.Of(head);
            }, cancellationToken).ConfigureAwait(false));
    }

    private async Task<AdminAnswer> ChangeAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var path = ResourcePath.Parse(call.Values["path"]);
        var body = AdminBody.Of(call, HostLabels.Member, "expires", "version");
        var labels = AdminBody.Parse(call.Body).ContainsKey(HostLabels.Member) ? HostLabels.Read(body) : null;
        var (expires, version, now) = (body.TextOrNull("expires", 64), body.NumberOrNull("version", 1, ResourceVersion.MostNumber), _parts.Time.GetUtcNow());
        if (labels is null && expires is null) throw new BrokerException(BrokerFault.BadRequest, "nothing changes", "give labels, expires, or both");
        if (version is not null && expires is null) throw new BrokerException(BrokerFault.BadRequest, "'version' goes with 'expires'", "labels are the resource's, not a version's");
        var until = expires is null or Never ? (DateTimeOffset?)null : Moments.Parse(expires, "expires", now);
        return new AdminAnswer(await _parts.Store.WriteAsync(
            async store =>
            {
                var head = await _shelf.ForChangeAsync(store, path).ConfigureAwait(false) ?? throw Missing(path);
                if (labels is not null) head = head with { Labels = labels };
                if (version is { } number) head = head.With((head.Find(number) ?? throw MissingVersion(path, number)) with { Expires = until });
                else if (expires is not null) head = head with { Expires = until };
                await ResourceShelf.SaveAsync(store, head).ConfigureAwait(false);
                await _parts.Audit.AppendAsync(store, Change.Of(call, "resource.change", path.ToString(), ResourceChange.Changed(labels, expires is null ? null : Moments.Text(until) ?? Never, version))).ConfigureAwait(false);
                return ResourceMembers.Of(head);
            }, cancellationToken).ConfigureAwait(false));
    }

    private async Task<AdminAnswer> DeleteAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var path = ResourcePath.Parse(call.Values["path"]);
        var version = call.Query.TryGetValue("version", out var text) ? Number(text) : (int?)null;
        await _parts.Store.WriteAsync(
            async store =>
            {
                if (version is { } one) await _shelf.DeleteVersionAsync(store, path, one, _parts.Time.GetUtcNow()).ConfigureAwait(false);
                var whole = version is null ? await _shelf.DeleteAsync(store, path, _parts.Time.GetUtcNow(), call.Caller.TokenId).ConfigureAwait(false) ?? throw Missing(path) : null;
                await _parts.Audit.AppendAsync(store, Change.Of(call, "resource.delete", path.ToString(), ResourceChange.Deleted(whole, version))).ConfigureAwait(false);
                return true;
            }, cancellationToken).ConfigureAwait(false);
        return AdminAnswer.Done;
    }

    // Several stand in one member of the query, for none may stand twice.
    private static IReadOnlyList<string>? Labels(AdminCall call) =>
        call.Query.TryGetValue("labels", out var text) ? HostLabels.Checked(text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) : null;

    private static bool Flag(AdminCall call, string name) => call.Query.GetValueOrDefault(name) switch
    {
        null or "false" => false,
        "true" => true,
        var other => throw new BrokerException(BrokerFault.BadRequest, $"'{name}' is '{Printable.Of(other, 16)}', neither true nor false"),
    };

    private static DateTimeOffset Later(string text, DateTimeOffset now) => Moments.Parse(text, "expires", now) is var moment && moment > now ? moment
        : throw new BrokerException(BrokerFault.BadRequest, $"'expires' is '{Printable.Of(text, 32)}', which is over already");

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= ResourceVersion.MostNumber ? number
        : throw new BrokerException(BrokerFault.BadRequest, $"'version' is '{Printable.Of(text, 16)}', not a number from 1 to {ResourceVersion.MostNumber}");

    private static BrokerException Missing(ResourcePath path) => new(BrokerFault.NotFound, $"there is no resource {path}");

    private static BrokerException MissingVersion(ResourcePath path, int version) => new(BrokerFault.NotFound, FormattableString.Invariant($"there is no version {version} of {path}"));
}
