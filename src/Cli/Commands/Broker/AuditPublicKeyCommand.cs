using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker audit public-key</c>.</summary>
internal sealed class AuditPublicKeyCommand : BrokerVerb
{
    public AuditPublicKeyCommand(Session session)
        : base(
            session, "public-key", "Print the public key of the audit's checkpoints (PEM), with which an export is verified without the broker.",
            "coffer broker audit public-key > audit-key.pem")
    {
    }

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken) => broker.GetAsync("audit/public-key", cancellationToken);

    protected override void Show(ParseResult parsed, JsonNode? answer)
    {
        Session.Error.WriteLine($"coffer: key {JsonFacts.Of(answer, "kid")}");
        if (answer?["pem"] is JsonValue value && value.TryGetValue<string>(out var pem)) Output.Write(pem);
    }
}
