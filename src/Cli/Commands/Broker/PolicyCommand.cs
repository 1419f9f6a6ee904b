using Coffer.Cli.CommandLine;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker policy</c>: who gets which resource.</summary>
internal sealed class PolicyCommand : Verb
{
    public PolicyCommand(Session session)
        : base(
            "policy", "Say on which conditions which resources are released; what no policy allows is denied.",
            "coffer broker policy example tpm-node > node-policy.json",
            "coffer broker policy put node-policy.json")
    {
        Add(new PolicyExampleCommand(session));
        Add(new PolicySchemaCommand(session));
        Add(new PolicyCheckCommand(session));
        Add(new PolicyTestCommand(session));
        Add(new PolicyDiffCommand(session));
        Add(new PolicyPutCommand(session));
        Add(new PolicyListCommand(session));
        Add(new PolicyShowCommand(session));
        Add(new PolicyDeleteCommand(session));
    }
}
