using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.Output;

namespace Coffer.Cli.BrokerCalls;

/// <summary>A verb that lists one kind of thing: a table for a person, one array as JSON.</summary>
internal abstract class BrokerListVerb : BrokerVerb
{
    private readonly string _path;
    private readonly (string Title, Func<JsonNode?, string> Cell)[] _columns;

    /// <param name="session">What the run has around it.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="path">Below the API's root.</param>
    /// <param name="columns">Titles, and what stands below.</param>
    /// <param name="examples">Command lines.</param>
    protected BrokerListVerb(Session session, string description, string path, (string Title, Func<JsonNode?, string> Cell)[] columns, params string[] examples)
        : base(session, "list", description, examples)
    {
        _path = path;
        _columns = columns;
    }

    /// <summary>A column of one member.</summary>
    protected static (string Title, Func<JsonNode?, string> Cell) Column(string title, string member) => (title, item => JsonFacts.Of(item, member));

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken) => broker.GetAsync(_path, cancellationToken);

    protected override void Show(ParseResult parsed, JsonNode? answer) => TextTable.Write(
        Output, [.. _columns.Select(c => c.Title)], [.. (answer as JsonArray ?? []).Select(item => (IReadOnlyList<string>)[.. _columns.Select(c => c.Cell(item))])]);
}
