using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker reference delete</c>.</summary>
internal sealed class ReferenceDeleteCommand(Session session) : BrokerDeleteVerb(session, "Remove a set of reference values; conditions that ask for it fail at once.", ("NAME", "its name"), "coffer broker reference delete kernels")
{
    protected override string PathOf(string name) => $"references/{BrokerApi.Segment(name)}";
}
