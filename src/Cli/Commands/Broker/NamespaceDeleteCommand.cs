using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker namespace delete</c>.</summary>
internal sealed class NamespaceDeleteCommand(Session session) : BrokerDeleteVerb(
    session, "End a namespace: its owners own it no more. Resources and policies below it stay.", ("PREFIX", NamespaceArgument.Says), "coffer broker namespace delete team-a")
{
    protected override string PathOf(string name) => NamespaceArgument.PathOf(name);
}
