using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker resource label</c>.</summary>
internal sealed class ResourceLabelCommand : BrokerVerb
{
    private readonly Argument<string> _path = new("PATH") { Description = ResourceArgument.Description };
    private readonly Argument<string[]> _labels = new("LABEL") { Description = "its labels from now on, NAME=VALUE or NAME; none to take all away", Arity = ArgumentArity.ZeroOrMore };

    public ResourceLabelCommand(Session session)
        : base(session, "label", "Replace a resource's labels, by which resource list finds it.", "coffer broker resource label default/image-kek/team-a team=a production")
    {
        Add(_path);
        Add(_labels);
    }

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken) => broker.SendAsync(
        HttpMethod.Patch, ResourceArgument.PathOf(parsed.GetRequiredValue(_path)),
        new JsonObject { ["labels"] = new JsonArray([.. (parsed.GetValue(_labels) ?? []).Select(l => (JsonNode?)l)]) }, cancellationToken);

    protected override void Show(ParseResult parsed, JsonNode? answer) => Output.WriteLine($"{JsonFacts.Of(answer, "path", 400)} {JsonFacts.Of(answer, "labels")}");
}
