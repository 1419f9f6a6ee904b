using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;
using Coffer.Cli.Output;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker policy show</c>.</summary>
internal sealed class PolicyShowCommand : BrokerVerb
{
    private readonly Argument<string> _name = new("NAME") { Description = "its name" };

    public PolicyShowCommand(Session session)
        : base(session, "show", "Print a policy as it stands, to be changed and put again.", "coffer broker policy show tpm-node > node-policy.json") => Add(_name);

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken) =>
        broker.GetAsync($"policies/{BrokerApi.Segment(parsed.GetRequiredValue(_name))}", cancellationToken);

    protected override void Show(ParseResult parsed, JsonNode? answer) => JsonOutput.Write(Output, answer ?? new JsonObject());
}
