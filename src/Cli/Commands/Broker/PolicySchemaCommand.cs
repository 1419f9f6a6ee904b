using Coffer.Cli.CommandLine;
using Coffer.KeyBroker.Policies;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker policy schema</c>.</summary>
internal sealed class PolicySchemaCommand : Verb
{
    public PolicySchemaCommand(Session session)
        : base("schema", "Print the JSON schema of policies, for editors. Asks no broker.", "coffer broker policy schema > policy.schema.json") => SetAction(_ =>
        {
            session.Output.WriteLine(PolicyExamples.Schema.TrimEnd());
            return (int)ExitStatus.Done;
        });
}
