using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker token create</c>.</summary>
internal sealed class TokenCreateCommand : BrokerVerb
{
    private readonly Option<string[]> _can = new("--can") { Description = "what it may do: wrap, audit or admin; can be given several times", HelpName = "WHAT", Required = true };
    private readonly Option<string[]> _paths = new("--path") { Description = "resource paths that it may wrap under, a glob; can be given several times", HelpName = "GLOB" };
    private readonly Option<string?> _ttl = new("--ttl") { Description = "how long it lives, such as 30m, 24h (default) or 90d", HelpName = "TIME" };
    private readonly Option<string?> _comment = new("--comment") { Description = "what it is for", HelpName = "TEXT" };

    public TokenCreateCommand(Session session)
        : base(
            session, "create", "Make an access token and print it; it is shown this once.",
            "coffer broker token create --can wrap --path 'default/*' --ttl 24h > wrap-token",
            "coffer broker token create --can audit --ttl 90d --comment 'night shift'")
    {
        Note = """
            In a glob '*' stands for any characters of a segment, '?' for one, and a segment '**' for any number of segments.
            A last '/*' covers everything below: 'default/*' reaches default/image-kek/x.
            A token that can wrap reads no key and changes no policy.
            """;
        foreach (var option in (Option[])[_can, _paths, _ttl, _comment]) Add(option);
    }

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["can"] = Texts(parsed.GetValue(_can)), ["paths"] = Texts(parsed.GetValue(_paths)) };
        if (parsed.GetValue(_ttl) is { } ttl) body["ttl"] = ttl;
        if (parsed.GetValue(_comment) is { } comment) body["comment"] = comment;
        return broker.SendAsync(HttpMethod.Post, "tokens", body, cancellationToken);
    }

    protected override bool AnswersSecret => true;

    protected override void Show(ParseResult parsed, JsonNode? answer) => Output.WriteLine(JsonFacts.Of(answer, "token"));

    private static JsonArray Texts(string[]? texts) => new([.. (texts ?? []).Select(t => (JsonNode?)t)]);
}
