using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker resource put</c>.</summary>
internal sealed class ResourcePutCommand : BrokerVerb
{
    private const int MostBytes = 1024 * 1024;
    private readonly Argument<string> _path = new("PATH") { Description = ResourceArgument.Description };
    private readonly Argument<string> _file = new("FILE") { Description = "its bytes, at most 1 MiB; - for standard input" };
    private readonly Option<string[]> _labels = new("--label") { Description = "a label of the resource, NAME=VALUE or NAME; those that are given replace all that it had; can be given several times", HelpName = "LABEL" };
    private readonly Option<string?> _expires = new("--expires") { Description = "from when on this version is released to nobody, such as 2027-01-31T12:00:00Z, or 90d from now", HelpName = "TIME" };
    private readonly Option<bool> _reuse = new("--reuse-deleted") { Description = "put it although another resource was deleted at that path" };

    public ResourcePutCommand(Session session)
        : base(
            session, "put", "Put a new version of a resource, or its first. It is current at once, and released only where a policy allows it.",
            "coffer broker resource put default/image-kek/team-a kek.bin",
            "coffer broker resource put --label team=a --expires 90d default/app/password password.txt",
            "head -c 32 /dev/urandom | coffer broker resource put default/key/backup -")
    {
        Note = "Older versions stay, and are named PATH?version=N. To make a new version of a key that wraps images: coffer broker key rotate.";
        Add(_path);
        Add(_file);
        foreach (var option in (Option[])[_labels, _expires, _reuse]) Add(option);
    }

    protected override async Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken)
    {
        var path = ResourceArgument.PathOf(parsed.GetRequiredValue(_path)) + Query(parsed);
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

    protected override void Show(ParseResult parsed, JsonNode? answer) => Output.WriteLine($"{JsonFacts.Of(answer, "path", 400)} version {JsonFacts.Of(answer, "version")}");

    private string Query(ParseResult parsed)
    {
        var members = new List<string>();
        if (parsed.GetValue(_labels) is { Length: > 0 } labels) members.Add(ResourceLabels.Query(labels));
        if (parsed.GetValue(_expires) is { } expires) members.Add($"expires={Uri.EscapeDataString(expires)}");
        if (parsed.GetValue(_reuse)) members.Add("reuse_deleted=true");
        return members.Count == 0 ? "" : $"?{string.Join('&', members)}";
    }
}
