using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker resource delete</c>.</summary>
internal sealed class ResourceDeleteCommand : BrokerVerb
{
    private readonly Argument<string> _path = new("PATH") { Description = ResourceArgument.Description };
    private readonly Option<int?> _version = new("--version") { Description = "only this version, which must not be the current one", HelpName = "N" };

    public ResourceDeleteCommand(Session session)
        : base(
            session, "delete", "Remove a resource with all of its versions, such as a key: nothing opens what it protects any more. Who did it and when stays on record.",
            "coffer broker resource delete default/image-kek/old", "coffer broker resource delete --version 1 default/image-kek/team-a")
    {
        Add(_path);
        Add(_version);
    }

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken) => broker.DeleteAsync(
        ResourceArgument.PathOf(parsed.GetRequiredValue(_path)) + (parsed.GetValue(_version) is { } version ? string.Create(CultureInfo.InvariantCulture, $"?version={version}") : ""), cancellationToken);

    protected override void Show(ParseResult parsed, JsonNode? answer)
    {
    }
}
