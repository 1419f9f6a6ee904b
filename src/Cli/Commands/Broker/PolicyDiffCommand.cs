using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;
using Coffer.Cli.Output;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker policy diff</c>.</summary>
internal sealed class PolicyDiffCommand : BrokerVerb
{
    private readonly Argument<string> _file = new("FILE") { Description = "the policy, JSON; - for standard input" };
    private readonly Option<int> _replay = new("--replay") { Description = "on the last so many decisions: 1 to 10000 (default 1000)", HelpName = "N", DefaultValueFactory = _ => 1000 };
    private readonly Option<string?> _resource = new("--resource") { Description = "only decisions about resources that this pattern covers", HelpName = "GLOB" };
    private readonly Option<bool> _fail = new("--fail-on-change") { Description = "exit status 1 where a decision would change or it cannot be told" };

    public PolicyDiffCommand(Session session)
        : base(
            session, "diff", "Show which of the last decisions a policy would change if it were put, and by which condition. Changes nothing.",
            "coffer broker policy diff node-policy.json --replay 1000",
            "coffer broker policy diff node-policy.json --replay 10000 --resource 'default/image-kek/*' --fail-on-change")
    {
        Note = """
            Each decision is made again on the claims that were recorded with it, at its time, by the policies and reference sets that stand now, once
            without and once with the candidate. Claims are kept for a month; of older decisions it says that it cannot tell.
            """;
        Add(_file);
        foreach (var option in (Option[])[_replay, _resource, _fail]) Add(option);
    }

    protected override async Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken)
    {
        var count = parsed.GetValue(_replay);
        if (count is < 1 or > 10_000) throw new CofferException("--replay is a number from 1 to 10000", ExitStatus.Usage);
        var body = new JsonObject { ["policy"] = await PolicyFile.ReadAsync(parsed.GetRequiredValue(_file), Session, cancellationToken).ConfigureAwait(false), ["count"] = count };
        if (parsed.GetValue(_resource) is { } resource) body["resource"] = resource;
        return await broker.SendAsync(HttpMethod.Post, "policy-replays", body, cancellationToken).ConfigureAwait(false);
    }

    protected override ExitStatus StatusOf(ParseResult parsed, JsonNode? answer) =>
        parsed.GetValue(_fail) && ((string[])["newly_denied", "newly_allowed", "cannot_tell"]).Any(m => JsonFacts.Of(answer, m) != "0") ? ExitStatus.Failed : ExitStatus.Done;

    protected override void Show(ParseResult parsed, JsonNode? answer)
    {
        (string Title, string Member, int Most)[] columns =
            [("CHANGE", "change", 32), ("TIME", "time", 32), ("REQUEST", "request_id", 64), ("HOST", "host", 64), ("RESOURCE", "resource", 128), ("WHY", "why", 512)];
        var changes = answer?["changes"] as JsonArray ?? [];
        if (changes.Count > 0)
        {
            TextTable.Write(Output, [.. columns.Select(c => c.Title)], [.. changes.Select(item => (IReadOnlyList<string>)[.. columns.Select(c => Words(JsonFacts.Of(item, c.Member, c.Most), c.Member))])]);
            if (answer?["omitted"] is not null) Output.WriteLine($"and {JsonFacts.Of(answer, "omitted")}");
            Output.WriteLine();
        }
        Output.WriteLine($"{JsonFacts.Of(answer, "replayed")} decisions: {JsonFacts.Of(answer, "newly_denied")} newly denied, {JsonFacts.Of(answer, "newly_allowed")} newly allowed, {JsonFacts.Of(answer, "unchanged")} unchanged, {JsonFacts.Of(answer, "cannot_tell")} cannot be told");
        if (JsonFacts.Of(answer, "drifted") is var drifted && drifted != "0") Output.WriteLine($"{drifted} of them are decided otherwise today than then, also without this policy: policies or reference sets were changed since");
        if (answer?["note"] is not null) Output.WriteLine(JsonFacts.Of(answer, "note", 256));
    }

    private static string Words(string text, string member) => member == "change" ? text.Replace('_', ' ') : text;
}
