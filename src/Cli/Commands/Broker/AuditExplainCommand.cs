using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;
using Coffer.Cli.Output;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker audit explain</c>.</summary>
internal sealed class AuditExplainCommand : BrokerVerb
{
    private readonly Argument<string> _request = new("REQUEST-ID") { Description = "the request's id, or its first characters where no other begins so" };

    public AuditExplainCommand(Session session)
        : base(session, "explain", "Show what a request did and why: for decisions every policy's conditions, with what was expected and what was there.", "coffer broker audit explain 7f3a90c1d2e4b586")
    {
        Note = "What holds is marked 'ok', what does not 'NO', and what cannot be said, such as where a claim is absent, '??'.";
        Add(_request);
    }

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken) =>
        broker.GetAsync($"audit/explain/{BrokerApi.Segment(parsed.GetRequiredValue(_request))}", cancellationToken);

    protected override void Show(ParseResult parsed, JsonNode? answer)
    {
        Output.WriteLine($"request {JsonFacts.Of(answer, "request_id")}");
        foreach (var entry in answer?["entries"] as JsonArray ?? [])
        {
            Output.WriteLine();
            Output.WriteLine($"{JsonFacts.Of(entry, "time")}  {JsonFacts.Of(entry, "action")}  {JsonFacts.Of(entry, "outcome").ToUpperInvariant()}");
            foreach (var member in (string[])["actor", "subject", "reason"])
            {
                if (JsonFacts.Of(entry, member, 1024) is var text && text != "-") Output.WriteLine($"  {member + ":",-9}{text}");
            }
            if (entry?["explanation"] is JsonObject explanation) ExplanationTree.Write(Output, explanation, "  ");
        }
    }
}
