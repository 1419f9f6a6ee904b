using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker host show</c>.</summary>
internal sealed class HostShowCommand : BrokerVerb
{
    private readonly Argument<string> _id = new("ID") { Description = "its id, as host list shows it" };

    public HostShowCommand(Session session)
        : base(session, "show", "Show what is known of a host: its keys, its state, and the PCR values of its baseline and of its latest evidence.", "coffer broker host show 0f3c9a1b2d4e5f600f3c9a1b2d4e5f60") => Add(_id);

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken) =>
        broker.GetAsync($"hosts/{BrokerApi.Segment(parsed.GetRequiredValue(_id))}", cancellationToken);

    protected override void Show(ParseResult parsed, JsonNode? answer) => JsonLines.Write(Output, answer);
}
