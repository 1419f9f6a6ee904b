using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Oci;

namespace Coffer.Cli.BrokerCalls;

/// <summary>JSON objects from files, to be sent inside of others.</summary>
internal static class JsonFile
{
    private const int MostDepth = 64;

    /// <summary>A file's content as an object.</summary>
    /// <exception cref="CofferException">It is none.</exception>
    public static JsonObject Parse(string file, byte[] content)
    {
        var name = file == "-" ? "standard input" : Printable.Of(file);
        try
        {
            var options = new JsonDocumentOptions { MaxDepth = MostDepth, AllowDuplicateProperties = false };
            return JsonNode.Parse(content, documentOptions: options) as JsonObject ?? throw new CofferException($"{name} is JSON, but no object");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new CofferException($"{name} is not JSON: {Printable.Of(e.Message)}", inner: e);
        }
    }
}
