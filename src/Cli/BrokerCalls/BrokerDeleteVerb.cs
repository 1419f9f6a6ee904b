using System.CommandLine;
using System.Text.Json.Nodes;

namespace Coffer.Cli.BrokerCalls;

/// <summary>A verb that removes something that is named, and prints nothing.</summary>
internal abstract class BrokerDeleteVerb : BrokerVerb
{
    private readonly Argument<string> _name;

    /// <param name="session">What the run has around it.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="argument">What the argument is called, and what it is.</param>
    /// <param name="examples">Command lines.</param>
    protected BrokerDeleteVerb(Session session, string description, (string Name, string Description) argument, params string[] examples)
        : base(session, "delete", description, examples)
    {
        _name = new Argument<string>(argument.Name) { Description = argument.Description };
        Add(_name);
    }

    /// <summary>The path below the API's root.</summary>
    protected abstract string PathOf(string name);

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken) =>
        broker.DeleteAsync(PathOf(parsed.GetRequiredValue(_name)), cancellationToken);

    protected override void Show(ParseResult parsed, JsonNode? answer)
    {
    }
}
