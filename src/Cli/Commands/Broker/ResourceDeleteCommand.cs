using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker resource delete</c>.</summary>
internal sealed class ResourceDeleteCommand(Session session) : BrokerDeleteVerb(session, "Remove a resource, such as a key: nothing opens what it protects any more.", ("PATH", "REPOSITORY/TYPE/TAG, or kbs:///REPOSITORY/TYPE/TAG"), "coffer broker resource delete default/image-kek/old")
{
    protected override string PathOf(string name) => ResourceArgument.PathOf(name);
}
