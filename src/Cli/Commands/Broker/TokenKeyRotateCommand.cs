using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker token-key rotate</c>.</summary>
internal sealed class TokenKeyRotateCommand : BrokerVerb
{
    private readonly Option<bool> _revoke = new("--revoke") { Description = "end all older keys at once, with the tokens that they signed: for a key that somebody else may have" };

    public TokenKeyRotateCommand(Session session)
        : base(
            session, "rotate", "Make a new key for attestation tokens. It signs after ten minutes; the one before it stays published while its tokens live.",
            "coffer broker token-key rotate",
            "coffer broker token-key rotate --revoke")
    {
        Note = "The broker does it by itself when a key is 90 days old. After --revoke other replicas know within ten seconds, and machines attest again.";
        Add(_revoke);
    }

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken) =>
        broker.SendAsync(HttpMethod.Post, parsed.GetValue(_revoke) ? "token-keys/revoke" : "token-keys/rotate", [], cancellationToken);

    protected override void Show(ParseResult parsed, JsonNode? answer) => Output.WriteLine($"{JsonFacts.Of(answer, "id")} signs from {JsonFacts.Of(answer, "signs")}");
}
