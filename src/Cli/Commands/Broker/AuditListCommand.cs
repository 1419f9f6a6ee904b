using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker audit list</c>.</summary>
internal sealed class AuditListCommand : BrokerListVerb
{
    private const int Page = 1000;

    private readonly Option<int> _most = new("--most") { Description = "at most so many entries (default 100)", HelpName = "N", DefaultValueFactory = _ => 100 };
    private readonly Option<bool> _all = new("--all") { Description = "all entries" };
    private readonly Option<bool> _oldest = new("--oldest-first") { Description = "from the beginning of the audit on, instead of back from its end" };
    private readonly (Option<string?> Option, string Member)[] _filters =
    [
        (new("--action") { Description = "only this action, such as resource.release; with a dot at its end all that begin so", HelpName = "ACTION" }, "action"),
        (new("--host") { Description = "only entries of or about this host", HelpName = "ID" }, "host"),
        (new("--outcome") { Description = "only allowed, denied or failed", HelpName = "OUTCOME" }, "outcome"),
        (new("--from") { Description = "only entries of this time or later, such as 2026-01-31T12:00:00Z", HelpName = "TIME" }, "from"),
        (new("--to") { Description = "only entries before this time", HelpName = "TIME" }, "to"),
    ];

    public AuditListCommand(Session session)
        : base(
            session, "List what happened, the newest first: who did what with which outcome, and why.", "audit",
            [Column("SEQ", "seq"), Column("TIME", "time"), Column("REQUEST", "request_id"), Column("ACTION", "action"), Column("OUTCOME", "outcome"), Column("ACTOR", "actor"), Column("SUBJECT", "subject"), Column("REASON", "reason")],
            "coffer broker audit list", "coffer broker audit list --outcome denied --most 20", "coffer broker audit list --all --json")
    {
        foreach (var option in (Option[])[_most, _all, _oldest, .. _filters.Select(f => f.Option)]) Add(option);
    }

    protected override async Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken)
    {
        var wanted = parsed.GetValue(_all) ? int.MaxValue : parsed.GetValue(_most);
        if (wanted < 1) throw new CofferException("--most is a number from 1 on", ExitStatus.Usage);
        var query = $"newest={(parsed.GetValue(_oldest) ? "false" : "true")}" + string.Concat(_filters.Select(f => parsed.GetValue(f.Option) is { } value ? $"&{f.Member}={Uri.EscapeDataString(value)}" : ""));
        var entries = new JsonArray();
        var after = "";
        while (entries.Count < wanted)
        {
            var most = Math.Min(Page, wanted - entries.Count);
            var page = await broker.GetAsync(string.Create(CultureInfo.InvariantCulture, $"audit?{query}&most={most}{after}"), cancellationToken).ConfigureAwait(false) as JsonArray ?? [];
            var read = page.Count;
            foreach (var entry in page.ToList())
            {
                page.Remove(entry);
                entries.Add(entry);
            }
            if (read < most) break;
            after = $"&after={Uri.EscapeDataString(Cursor(entries[^1]!))}";
        }
        return entries;
    }

    private static string Cursor(JsonNode entry) => entry["seq"] is JsonValue value && value.TryGetValue<long>(out var sequence)
        ? string.Create(CultureInfo.InvariantCulture, $"{JsonFacts.Of(entry, "writer")}/{sequence:D16}")
        : throw new CofferException("the broker lists an entry without its place");
}
