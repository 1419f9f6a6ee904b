using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker join-token create</c>.</summary>
internal sealed class JoinTokenCreateCommand : BrokerVerb
{
    private readonly Option<string> _ttl = new("--ttl") { Description = "how long it can be used, such as 30m, 1h (default) or 7d", HelpName = "TIME", DefaultValueFactory = _ => "1h" };
    private readonly Option<string[]> _labels = new("--label") { Description = "label that the host gets; can be given several times", HelpName = "NAME[=VALUE]" };

    public JoinTokenCreateCommand(Session session)
        : base(session, "create", "Make a token that approves one host when it enrols, and print it; it is shown this once.", "coffer broker join-token create --ttl 1h --label rack=7 > join-token")
    {
        Add(_ttl);
        Add(_labels);
    }

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken) => broker.SendAsync(
        HttpMethod.Post, "join-tokens", new JsonObject
        {
            ["ttl"] = parsed.GetRequiredValue(_ttl),
            ["labels"] = new JsonArray([.. (parsed.GetValue(_labels) ?? []).Select(l => (JsonNode?)l)]),
        }, cancellationToken);

    protected override bool AnswersSecret => true;

    protected override void Show(ParseResult parsed, JsonNode? answer) => Output.WriteLine(JsonFacts.Of(answer, "token"));
}
