using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.Output;

namespace Coffer.Cli.BrokerCalls;

/// <summary>A verb that lists one kind of thing: a table for a person, one array as JSON.</summary>
internal abstract class BrokerListVerb : BrokerVerb
{
    private const int PageItems = 1000;

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

    /// <summary>What stands behind the path's question mark; empty for nothing.</summary>
    protected virtual string Query(ParseResult parsed) => "";

    /// <summary>The member behind which the next page begins, where the list comes in pages.</summary>
    protected virtual string? PageMember => null;

    protected override async Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken)
    {
        var query = Query(parsed);
        if (PageMember is not { } member) return await broker.GetAsync(query.Length == 0 ? _path : $"{_path}?{query}", cancellationToken).ConfigureAwait(false);
        var items = new JsonArray();
        while (true)
        {
            var after = items.Count == 0 ? "" : $"&after={Uri.EscapeDataString(JsonFacts.Of(items[^1], member, 1024))}";
            var page = await broker.GetAsync($"{_path}?most={PageItems}{after}{(query.Length == 0 ? "" : "&" + query)}", cancellationToken).ConfigureAwait(false) as JsonArray ?? [];
            var read = page.Count;
            foreach (var item in page.ToList())
            {
                page.Remove(item);
                items.Add(item);
            }
            if (read < PageItems) return items;
        }
    }

    protected override void Show(ParseResult parsed, JsonNode? answer) => TextTable.Write(
        Output, [.. _columns.Select(c => c.Title)], [.. (answer as JsonArray ?? []).Select(item => (IReadOnlyList<string>)[.. _columns.Select(c => c.Cell(item))])]);
}
