using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker namespace set</c>.</summary>
internal sealed class NamespaceSetCommand : BrokerVerb
{
    private readonly NamespaceArgument _prefix = new() { Description = NamespaceArgument.Says };
    private readonly NamespaceFlags _flags;

    public NamespaceSetCommand(Session session)
        : base(
            session, "set", "Change a namespace's owners or quotas; what is not given stays.",
            "coffer broker namespace set team-a --max-resources 2000",
            "coffer broker namespace set team-a --owner jwt:keycloak:alice --owner jwt:keycloak:bob")
    {
        Note = NamespaceFlags.Owners + "\nA quota below what is there refuses what is added from then on, and takes nothing away.";
        Add(_prefix);
        _flags = new NamespaceFlags(this);
    }

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken) =>
        broker.SendAsync(HttpMethod.Patch, NamespaceArgument.PathOf(parsed.GetRequiredValue(_prefix)), _flags.Read(parsed), cancellationToken);

    protected override void Show(ParseResult parsed, JsonNode? answer) => JsonLines.Write(Output, answer);
}
