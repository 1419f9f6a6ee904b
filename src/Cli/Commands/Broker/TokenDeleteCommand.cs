using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker token delete</c>.</summary>
internal sealed class TokenDeleteCommand(Session session) : BrokerDeleteVerb(session, "End an access token, at once.", ("ID", "its id, as token list shows it"), "coffer broker token delete 0f3c9a1b2d4e5f60")
{
    protected override string PathOf(string name) => $"tokens/{BrokerApi.Segment(name)}";
}
