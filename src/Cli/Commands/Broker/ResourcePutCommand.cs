using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker resource put</c>.</summary>
internal sealed class ResourcePutCommand : BrokerVerb
{
    private const int MostBytes = 1024 * 1024;
    private readonly Argument<string> _path = new("PATH") { Description = "REPOSITORY/TYPE/TAG, or kbs:///REPOSITORY/TYPE/TAG" };
    private readonly Argument<string> _file = new("FILE") { Description = "its bytes, at most 1 MiB; - for standard input" };

    public ResourcePutCommand(Session session)
        : base(
            session, "put", "Put a resource, in place of the one that was there. It is released only where a policy allows it.",
            "coffer broker resource put default/image-kek/team-a kek.bin",
            "head -c 32 /dev/urandom | coffer broker resource put default/key/backup -")
    {
        Add(_path);
        Add(_file);
    }

    protected override async Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken)
    {
        var path = ResourceArgument.PathOf(parsed.GetRequiredValue(_path));
        var value = await InputFile.ReadAsync(parsed.GetRequiredValue(_file), Session, MostBytes, cancellationToken).ConfigureAwait(false);
        try
        {
            return await broker.SendAsync(HttpMethod.Put, path, value, "application/octet-stream", cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(value);
        }
    }

    protected override void Show(ParseResult parsed, JsonNode? answer)
    {
    }
}
