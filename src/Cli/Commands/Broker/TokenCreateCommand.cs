using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker token create</c>.</summary>
internal sealed class TokenCreateCommand : BrokerVerb
{
    private readonly Option<string[]> _can = new("--role", "--can") { Description = "what it makes of its holder: admin, key-owner, auditor, enroller, wrap or audit; can be given several times", HelpName = "ROLE", Required = true };
    private readonly Option<string[]> _paths = new("--path") { Description = "resource paths that a key-owner keeps, or that may be wrapped under, a glob; can be given several times", HelpName = "GLOB" };
    private readonly Option<string?> _ttl = new("--ttl") { Description = "how long it lives, such as 30m, 24h (default) or 90d", HelpName = "TIME" };
    private readonly Option<string?> _comment = new("--comment") { Description = "what it is for", HelpName = "TEXT" };

    public TokenCreateCommand(Session session)
        : base(
            session, "create", "Make an access token and print it; it is shown this once.",
            "coffer broker token create --role wrap --path 'default/*' --ttl 24h > wrap-token",
            "coffer broker token create --role key-owner --path 'team-a/**' --ttl 1h > team-a-token",
            "coffer broker token create --role auditor --ttl 90d --comment 'night shift'")
    {
        Note = """
            In a glob '*' stands for any characters of a segment, '?' for one, and a segment '**' for any number of segments.
            A last '/*' covers everything below: 'default/*' reaches default/image-kek/x.
            admin does everything; key-owner keeps the keys below its paths, and the policies about nothing else; auditor reads everything that is no
            secret; enroller approves and revokes hosts; wrap has layer keys wrapped, and reads no key; audit reads the audit and the status.
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
