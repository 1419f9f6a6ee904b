using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker policy put</c>.</summary>
internal sealed class PolicyPutCommand(Session session) : DocumentPutVerb(
    session, "Put a policy, in place of the one of that name. With 'version' in it, only in place of exactly that version.", "policies",
    "coffer broker policy put node-policy.json", "coffer broker policy example tpm-node | coffer broker policy put -");
