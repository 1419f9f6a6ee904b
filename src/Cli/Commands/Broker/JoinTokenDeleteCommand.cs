using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker join-token delete</c>.</summary>
internal sealed class JoinTokenDeleteCommand(Session session) : BrokerDeleteVerb(session, "End a join token that is not used up.", ("ID", "its id, as join-token list shows it"), "coffer broker join-token delete 0f3c9a1b2d4e5f600f3c9a1b2d4e5f60")
{
    protected override string PathOf(string name) => $"join-tokens/{BrokerApi.Segment(name)}";
}
