using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker namespace describe</c>.</summary>
internal sealed class NamespaceDescribeCommand : BrokerVerb
{
    private readonly NamespaceArgument _prefix = new() { Description = NamespaceArgument.Says };

    public NamespaceDescribeCommand(Session session)
        : base(session, "describe", "Show a namespace, and how much of its quotas is used.", "coffer broker namespace describe team-a", "coffer broker namespace describe team-a --json") => Add(_prefix);

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken) =>
        broker.GetAsync(NamespaceArgument.PathOf(parsed.GetRequiredValue(_prefix)), cancellationToken);

    protected override void Show(ParseResult parsed, JsonNode? answer) => JsonLines.Write(Output, answer);
}
