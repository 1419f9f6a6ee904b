using Coffer.Cli.CommandLine;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker namespace</c>: teams' parts of the paths.</summary>
internal sealed class NamespaceCommand : Verb
{
    public NamespaceCommand(Session session)
        : base(
            "namespace", "Give teams their part of the paths, with owners of their own and quotas.",
            "coffer broker namespace create team-a --owner jwt:keycloak:alice --max-resources 1000 --max-bytes 10000000",
            "coffer broker namespace list")
    {
        Add(new NamespaceCreateCommand(session));
        Add(new NamespaceListCommand(session));
        Add(new NamespaceDescribeCommand(session));
        Add(new NamespaceSetCommand(session));
        Add(new NamespaceDeleteCommand(session));
    }
}
