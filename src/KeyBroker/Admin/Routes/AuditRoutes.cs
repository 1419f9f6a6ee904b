using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Audit;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>Reading the audit.</summary>
internal sealed class AuditRoutes
{
    private const int UsualEntries = 100;
    private const int MostEntries = 1000;
    private const int MostPages = 200; // read for one list that a filter leaves little of

    private static readonly RouteMember[] Shown =
    [
        new("seq", "integer", "The entry's place in its chain, from 1."),
        new("writer", "string", "Whose chain: each broker of a store writes one."),
        new("time", "string", "When."),
        new("request_id", "string", "The request that caused it."),
        new("action", "string", "What, such as resource.release or host.approve."),
        new("outcome", "string", "allowed, denied or failed."),
        new("reason", "string", "One line; for a denial the first condition that did not hold."),
        new("actor", "string", "Who: an access token's or a host's id.", IsRequired: false),
        new("subject", "string", "What it was about.", IsRequired: false),
    ];

    private readonly BrokerParts _parts;

    private AuditRoutes(BrokerParts parts) => _parts = parts;

    public static IEnumerable<AdminRoute> Of(BrokerParts parts)
    {
        var routes = new AuditRoutes(parts);
        yield return new("GET", "audit", Permission.AuditOfPaths, "Lists entries of the audit: of a team those about what is its own.", routes.ListAsync)
        {
            Query =
            [
                new("most", $"At most so many entries: 1 to {MostEntries}, otherwise {UsualEntries}."),
                new("after", "Only behind this entry: WRITER/SEQUENCE, the sequence with 16 digits. Fewer entries than asked for are the last ones."),
                new("newest", "true: the newest first."),
                new("action", "Only this action; with a dot at its end all that begin so."),
                new("host", "Only entries of or about this host."),
                new("outcome", "Only allowed, denied or failed."),
                new("from", "Only entries of this time or later (RFC 3339)."),
                new("to", "Only entries before this time."),
            ],
            Answers = RouteBody.List("Entries in the order of their chains.", Shown),
        };
        yield return new("GET", "audit/explain/{requestId}", Permission.AuditOfPaths, "The entries of one request, with the tree of conditions of its decisions.", routes.ExplainAsync)
        {
            Answers = RouteBody.Object("The request.", new RouteMember("request_id", "string", "Its whole id."), new RouteMember("entries", "array", "Its entries; those of decisions have an explanation.")),
        };
        yield return new("GET", "audit/verify", Permission.Audit, "Walks all chains; answers 500 with the fault 'integrity' where one does not hold.", routes.VerifyAsync)
        {
            Query = [new("expect_head", "Heads that an earlier walk answered: a store that was put back to an older state lacks them.")],
            Answers = RouteBody.Object(
                "All chains hold.",
                new RouteMember("entries", "integer", "How many entries there are."),
                new RouteMember("chains", "integer", "How many chains."),
                new RouteMember("head", "string", "Where they end: WRITER:SEQUENCE:HASH, with commas between several. Keep it elsewhere for expect_head.")),
        };
    }

    private async Task<AdminAnswer> ListAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var query = Query(call.Query) with { Sees = e => AuditSight.Sees(call.Caller, e.Event) };
        var entries = new List<AuditEntry>();
        for (var pages = 0; pages < MostPages; pages++)
        {
            var page = await _parts.Store.ReadAsync(r => AuditReader.ListAsync(r, query), cancellationToken).ConfigureAwait(false);
            entries.AddRange(page.Entries);
            if (page.Next is null || page.Entries.Count == query.Most) break;
            query = query with { After = page.Next, Most = query.Most - page.Entries.Count };
        }
        return new AdminAnswer(new JsonArray([.. entries.Select(e => (JsonNode?)e.ToJson(withExplanation: false))]));
    }

    private async Task<AdminAnswer> ExplainAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var found = await _parts.Store.ReadAsync(r => AuditReader.FindAsync(r, call.Values["requestId"]), cancellationToken).ConfigureAwait(false);
        var entries = found.Where(e => AuditSight.Sees(call.Caller, e.Event)).ToList();
        if (entries.Count == 0) throw AuditReader.NoRequest(call.Values["requestId"]);
        return new AdminAnswer(new JsonObject
        {
            ["request_id"] = entries[0].Event.RequestId,
            ["entries"] = new JsonArray([.. entries.Select(e => (JsonNode?)e.ToJson(withExplanation: true))]),
        });
    }

    private async Task<AdminAnswer> VerifyAsync(AdminCall call, CancellationToken cancellationToken)
    {
        using var verifier = new AuditVerifier(_parts.RootKey);
        var found = await verifier.VerifyAsync(_parts.Store, call.Query.GetValueOrDefault("expect_head"), cancellationToken).ConfigureAwait(false);
        return new AdminAnswer(new JsonObject { ["entries"] = found.Entries, ["chains"] = found.Heads.Count, ["head"] = found.HeadText });
    }

    private static AuditQuery Query(IReadOnlyDictionary<string, string> query) => new()
    {
        Most = Number(query.GetValueOrDefault("most")),
        After = query.GetValueOrDefault("after"),
        NewestFirst = query.GetValueOrDefault("newest") switch { null or "false" => false, "true" => true, _ => throw Bad("'newest' is true or false") },
        Action = query.GetValueOrDefault("action"),
        Host = query.GetValueOrDefault("host"),
        Outcome = query.GetValueOrDefault("outcome") switch
        {
            null => null,
            "allowed" => AuditOutcome.Allowed,
            "denied" => AuditOutcome.Denied,
            "failed" => AuditOutcome.Failed,
            _ => throw Bad("'outcome' is allowed, denied or failed"),
        },
        From = Time(query, "from"),
        To = Time(query, "to"),
    };

    private static int Number(string? text) => text is null ? UsualEntries
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MostEntries ? number
        : throw Bad($"'most' is a number from 1 to {MostEntries}");

    private static DateTimeOffset? Time(IReadOnlyDictionary<string, string> query, string name) => query.GetValueOrDefault(name) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time
        : throw Bad($"'{name}' is a time such as 2026-01-31T12:00:00Z");

    private static BrokerException Bad(string message) => new(BrokerFault.BadRequest, message);
}
