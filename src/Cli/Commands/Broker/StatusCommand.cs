using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker status</c>.</summary>
internal sealed class StatusCommand : BrokerVerb
{
    public StatusCommand(Session session)
        : base(session, "status", "Ask a broker whether it serves, and how much it holds.", "coffer broker status", "coffer broker status --json")
    {
    }

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken) => broker.GetAsync("status", cancellationToken);

    protected override void Show(ParseResult parsed, JsonNode? answer)
    {
        foreach (var (name, value) in answer as JsonObject ?? []) Output.WriteLine($"{name.Replace('_', ' ') + ":",-16} {JsonFacts.Of(value)}");
    }
}
