using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker policy delete</c>.</summary>
internal sealed class PolicyDeleteCommand(Session session) : BrokerDeleteVerb(session, "Remove a policy; what it allowed is refused at once.", ("NAME", "its name"), "coffer broker policy delete tpm-node")
{
    protected override string PathOf(string name) => $"policies/{BrokerApi.Segment(name)}";
}
