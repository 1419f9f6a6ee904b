using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker rule delete</c>.</summary>
internal sealed class RuleDeleteCommand(Session session) : BrokerDeleteVerb(session, "Remove an approval rule; hosts that it approved stay so.", ("NAME", "its name"), "coffer broker rule delete rack-7")
{
    protected override string PathOf(string name) => $"approval-rules/{BrokerApi.Segment(name)}";
}
