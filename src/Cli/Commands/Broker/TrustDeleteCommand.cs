using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker trust delete</c>.</summary>
internal sealed class TrustDeleteCommand(Session session) : BrokerDeleteVerb(session, "Remove a root, an intermediate, a revocation list or a fingerprint. Hosts that enrolled by it stay.", ("KIND/SHA256", "kind and fingerprint, as trust list shows them"), "coffer broker trust delete root/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
{
    protected override string PathOf(string name) => $"trust/{string.Join('/', name.Split('/').Select(BrokerApi.Segment))}";
}
