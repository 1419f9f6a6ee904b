using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Oci;

namespace Coffer.Cli.BrokerCalls;

/// <summary>A verb that puts a JSON document whose <c>name</c> says where to.</summary>
internal abstract class DocumentPutVerb : BrokerVerb
{
    private const int MostBytes = 1024 * 1024;
    private const int MostDepth = 64;

    private readonly Argument<string> _file = new("FILE") { Description = "the document, JSON; - for standard input" };
    private readonly string _collection;

    protected DocumentPutVerb(Session session, string description, string collection, params string[] examples)
        : base(session, "put", description, examples)
    {
        _collection = collection;
        Add(_file);
    }

    protected override async Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken)
    {
        var file = parsed.GetRequiredValue(_file);
        var document = await InputFile.ReadAsync(file, Session, MostBytes, cancellationToken).ConfigureAwait(false);
        return await broker.SendAsync(HttpMethod.Put, $"{_collection}/{BrokerApi.Segment(NameIn(file, document))}", document, "application/json", cancellationToken).ConfigureAwait(false);
    }

    protected override void Show(ParseResult parsed, JsonNode? answer) =>
        Output.WriteLine(JsonFacts.Of(answer, "version") is var version && version != "-" ? $"{JsonFacts.Of(answer, "name")} version {version}" : JsonFacts.Of(answer, "name"));

    private static string NameIn(string file, byte[] document)
    {
        try
        {
            using var json = JsonDocument.Parse(document, new JsonDocumentOptions { MaxDepth = MostDepth });
            if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String && name.GetString() is { Length: > 0 } text) return text;
            throw new CofferException($"{Printable.Of(file)} is no object with a 'name'");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CofferException($"{Printable.Of(file)} is not JSON: {Printable.Of(e.Message)}", inner: e);
        }
    }
}
