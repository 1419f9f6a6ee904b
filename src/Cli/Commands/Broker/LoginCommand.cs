using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker login</c>.</summary>
internal sealed class LoginCommand : BrokerVerb
{
    private readonly Option<string?> _ttl = new("--ttl") { Description = "how long the token lives, 1m to 1h (default)", HelpName = "TIME" };

    public LoginCommand(Session session)
        : base(
            session, "login", "Exchange an issuer's JWT or a client certificate for a token of the broker's own, and keep that for the commands that follow.",
            "coffer broker login --broker https://broker.example:8080 --broker-ca ca.pem --token-file jwt",
            "coffer broker login --client-cert alice.pem --client-key alice.key --ttl 15m",
            "coffer broker logout")
    {
        Note = """
            The token may do what the credential may, in the same name, for an hour at most, and is in $XDG_STATE_HOME/coffer/logins.json or
            ~/.local/state/coffer/logins.json (0600). Commands that ask the same broker take it where no other credential is given.
            """;
        Add(_ttl);
    }

    protected override async Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken)
    {
        var body = new JsonObject();
        if (parsed.GetValue(_ttl) is { } ttl) body["ttl"] = ttl;
        var answer = await broker.SendAsync(HttpMethod.Post, "login", body, cancellationToken).ConfigureAwait(false);
        LoginFile.OfUser().Put(broker.Authority, JsonFacts.Of(answer, "token", 256), JsonFacts.Of(answer, "expires"), Session.Time);
        (answer as JsonObject)?.Remove("token"); // what is kept is not printed
        return answer;
    }

    protected override void Show(ParseResult parsed, JsonNode? answer) => Output.WriteLine($"{JsonFacts.Of(answer, "subject", 512)} until {JsonFacts.Of(answer, "expires")}: {JsonFacts.Of(answer, "can", 512)}");
}
