using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;
using Coffer.Cli.Output;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker resource list</c>.</summary>
internal sealed class ResourceListCommand : BrokerListVerb
{
    private readonly Option<string?> _prefix = new("--prefix") { Description = "only paths that begin so", HelpName = "TEXT" };
    private readonly Option<string[]> _labels = new("--label") { Description = "only resources with this label, NAME=VALUE, or NAME for any value; can be given several times", HelpName = "LABEL" };
    private readonly Option<string?> _expires = new("--expires-before") { Description = "only resources that expire before, such as 2027-01-31T12:00:00Z, or 30d from now", HelpName = "TIME" };
    private readonly Option<bool> _deleted = new("--deleted") { Description = "those that were deleted instead: when, and by whom" };

    public ResourceListCommand(Session session)
        : base(
            session, "List resources with their current versions. Prints no resource.", "resources",
            [
                Column("PATH", "path"), Column("VERSION", "version"), Column("KEPT", "kept"), Column("BYTES", "size"), Column("PUT", "put"), ("EXPIRES", Expires), Column("LABELS", "labels"),
            ],
            "coffer broker resource list --prefix default/image-kek/", "coffer broker resource list --label team=a --expires-before 30d", "coffer broker resource list --deleted --json")
    {
        foreach (var option in (Option[])[_prefix, _labels, _expires, _deleted]) Add(option);
    }

    protected override string PageMember => "path";

    protected override string Query(ParseResult parsed)
    {
        var members = new List<string>();
        if (parsed.GetValue(_prefix) is { Length: > 0 } prefix) members.Add($"prefix={Uri.EscapeDataString(prefix)}");
        if (parsed.GetValue(_labels) is { Length: > 0 } labels) members.Add(ResourceLabels.Query(labels));
        if (parsed.GetValue(_expires) is { } expires) members.Add($"expires_before={Uri.EscapeDataString(expires)}");
        if (parsed.GetValue(_deleted)) members.Add("deleted=true");
        return string.Join('&', members);
    }

    protected override void Show(ParseResult parsed, JsonNode? answer)
    {
        if (!parsed.GetValue(_deleted)) base.Show(parsed, answer);
        else TextTable.Write(Output, ["PATH", "LAST VERSION", "DELETED", "BY"], [.. (answer as JsonArray ?? []).Select(r => (IReadOnlyList<string>)[JsonFacts.Of(r, "path", 400), JsonFacts.Of(r, "version"), JsonFacts.Of(r, "deleted"), JsonFacts.Of(r, "deleted_by")])]);
    }

    // Both in the same form, so the lesser text is the earlier time.
    private static string Expires(JsonNode? item) => ((string[])[JsonFacts.Of(item, "expires"), JsonFacts.Of(item, "version_expires")]).Where(t => t != "-").Order(StringComparer.Ordinal).FirstOrDefault() ?? "-";
}
