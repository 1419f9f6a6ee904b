using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker logout</c>.</summary>
internal sealed class LogoutCommand(Session session) : BrokerVerb(
    session, "logout", "End the token that 'broker login' got, at the broker and here.", "coffer broker logout --broker https://broker.example:8080 --broker-ca ca.pem")
{
    protected override async Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken)
    {
        try
        {
            return await broker.DeleteAsync("login", cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            LoginFile.OfUser().Remove(broker.Authority);
        }
    }

    protected override void Show(ParseResult parsed, JsonNode? answer)
    {
        // There is nothing to say.
    }
}
