using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker host label</c>.</summary>
internal sealed class HostLabelCommand : BrokerVerb
{
    private readonly Argument<string> _id = new("ID") { Description = "its id, as host list shows it" };
    private readonly Argument<string[]> _labels = new("LABEL") { Description = "its labels from now on, NAME=VALUE or NAME; none to take all away", Arity = ArgumentArity.ZeroOrMore };

    public HostLabelCommand(Session session)
        : base(session, "label", "Replace a host's labels, which policies may ask for.", "coffer broker host label 0f3c9a1b2d4e5f600f3c9a1b2d4e5f60 rack=7 production")
    {
        Add(_id);
        Add(_labels);
    }

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken) => broker.SendAsync(
        HttpMethod.Put, $"hosts/{BrokerApi.Segment(parsed.GetRequiredValue(_id))}/labels",
        new JsonObject { ["labels"] = new JsonArray([.. (parsed.GetValue(_labels) ?? []).Select(l => (JsonNode?)l)]) }, cancellationToken);

    protected override void Show(ParseResult parsed, JsonNode? answer) => Output.WriteLine($"{JsonFacts.Of(answer, "id")} {JsonFacts.Of(answer, "labels")}");
}
