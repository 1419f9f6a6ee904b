using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;
using Coffer.Cli.Output;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker reference show</c>.</summary>
internal sealed class ReferenceShowCommand : BrokerVerb
{
    private readonly Argument<string> _name = new("NAME") { Description = "its name" };

    public ReferenceShowCommand(Session session)
        : base(session, "show", "Print a set of reference values as it stands.", "coffer broker reference show kernels > kernels.json") => Add(_name);

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken) =>
        broker.GetAsync($"references/{BrokerApi.Segment(parsed.GetRequiredValue(_name))}", cancellationToken);

    protected override void Show(ParseResult parsed, JsonNode? answer) => JsonOutput.Write(Output, answer ?? new JsonObject());
}
