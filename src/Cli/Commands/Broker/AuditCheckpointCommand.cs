using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker audit checkpoint</c>.</summary>
internal sealed class AuditCheckpointCommand : BrokerVerb
{
    public AuditCheckpointCommand(Session session)
        : base(
            session, "checkpoint", "Have the broker sign where its audit ends now, and print the signed statement. It does so by itself every hour.",
            "coffer broker audit checkpoint", "coffer broker audit checkpoint --json") =>
        Note = "Keep what it prints where the broker cannot reach it. Where nothing was put into the audit since the last checkpoint, that one is printed.";

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken) => broker.SendAsync(HttpMethod.Post, "audit/checkpoints", [], cancellationToken);

    protected override void Show(ParseResult parsed, JsonNode? answer)
    {
        Session.Error.WriteLine($"coffer: checkpoint {JsonFacts.Of(answer, "number")}");
        Output.WriteLine(JsonFacts.Of(answer, "jws", 2 * 1024 * 1024));
    }
}
