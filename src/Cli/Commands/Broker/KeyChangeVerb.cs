using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary>A verb that changes a key's versions, and shows those that matter after it.</summary>
internal abstract class KeyChangeVerb : BrokerVerb
{
    private readonly string _route;
    private readonly Argument<string> _path = new("PATH") { Description = ResourceArgument.Description };

    /// <param name="session">What the run has around it.</param>
    /// <param name="name">As it is typed, and as the route is called.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="examples">Command lines.</param>
    protected KeyChangeVerb(Session session, string name, string description, params string[] examples)
        : base(session, name, description, examples)
    {
        _route = name;
        Add(_path);
    }

    /// <summary>What is sent.</summary>
    protected abstract JsonObject Body(ParseResult parsed);

    /// <summary>The option that names an older version.</summary>
    protected static Option<int> VersionOption() => new("--version") { Description = "which version, as resource show lists them; not the current one", HelpName = "N", Required = true };

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken) =>
        broker.SendAsync(HttpMethod.Post, ResourceArgument.PathOf(parsed.GetRequiredValue(_path), $"keys/{_route}"), Body(parsed), cancellationToken);

    protected override void Show(ParseResult parsed, JsonNode? answer)
    {
        Output.WriteLine($"{JsonFacts.Of(answer, "path", 400)} version {JsonFacts.Of(answer, "version")} wraps");
        foreach (var version in (answer?["versions"] as JsonArray ?? []).Where(v => JsonFacts.Of(v, "current") == "no"))
        {
            var permitted = JsonFacts.Of(version, "permitted_until") is var until && until != "-" ? $", permitted until {until}" : "";
            Output.WriteLine($"  version {JsonFacts.Of(version, "version")}: {(JsonFacts.Of(version, "retires") is var retires && retires != "-" ? $"until {retires}" : "without end")}{permitted}");
        }
    }
}
