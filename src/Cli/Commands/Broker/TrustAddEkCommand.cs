using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker trust add-ek</c>.</summary>
internal sealed class TrustAddEkCommand : BrokerVerb
{
    private readonly Argument<string> _fingerprint = new("SHA256") { Description = "SHA-256 of the endorsement key's SubjectPublicKeyInfo (DER), 64 hexadecimal digits" };
    private readonly Option<string?> _comment = new("--comment") { Description = "whose it is", HelpName = "TEXT" };

    public TrustAddEkCommand(Session session)
        : base(
            session, "add-ek", "Believe one TPM that has no endorsement certificate, by its endorsement key.",
            "coffer broker trust add-ek 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 --comment 'rack 7, slot 3'")
    {
        Add(_fingerprint);
        Add(_comment);
    }

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["sha256"] = parsed.GetRequiredValue(_fingerprint).ToLowerInvariant() };
        if (parsed.GetValue(_comment) is { } comment) body["comment"] = comment;
        return broker.SendAsync(HttpMethod.Post, "trust/ek", body, cancellationToken);
    }

    protected override void Show(ParseResult parsed, JsonNode? answer)
    {
    }
}
