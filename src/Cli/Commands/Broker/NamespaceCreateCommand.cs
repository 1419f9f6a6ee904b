using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker namespace create</c>.</summary>
internal sealed class NamespaceCreateCommand : BrokerVerb
{
    private readonly NamespaceArgument _prefix = new() { Description = NamespaceArgument.Says };
    private readonly NamespaceFlags _flags;

    public NamespaceCreateCommand(Session session)
        : base(
            session, "create", "Make a namespace: everything below a prefix of paths, and the policies of its names.",
            "coffer broker namespace create team-a --owner jwt:keycloak:alice --max-resources 1000 --max-bytes 10000000",
            "coffer broker namespace create team-a/db --owner 'cert:CN=bob,O=Example'")
    {
        Note = NamespaceFlags.Owners;
        Add(_prefix);
        _flags = new NamespaceFlags(this);
    }

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken)
    {
        var body = _flags.Read(parsed);
        body["prefix"] = parsed.GetRequiredValue(_prefix);
        return broker.SendAsync(HttpMethod.Post, "namespaces", body, cancellationToken);
    }

    protected override void Show(ParseResult parsed, JsonNode? answer) => JsonLines.Write(Output, answer);
}
