using System.CommandLine;
using System.Text.Json.Nodes;

namespace Coffer.Cli.BrokerCalls;

/// <summary>A verb that does something to a host, and prints what it is then.</summary>
internal abstract class HostActionVerb : BrokerVerb
{
    private readonly Argument<string> _id = new("ID") { Description = "its id, as host list shows it" };
    private readonly string _action;

    protected HostActionVerb(Session session, string action, string description, params string[] examples)
        : base(session, action, description, examples)
    {
        _action = action;
        Add(_id);
    }

    /// <summary>What is sent along.</summary>
    protected virtual JsonObject Body(ParseResult parsed) => [];

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken) =>
        broker.SendAsync(HttpMethod.Post, $"hosts/{BrokerApi.Segment(parsed.GetRequiredValue(_id))}/{_action}", Body(parsed), cancellationToken);

    protected override void Show(ParseResult parsed, JsonNode? answer) => Output.WriteLine($"{JsonFacts.Of(answer, "id")} {JsonFacts.Of(answer, "state")}");
}
