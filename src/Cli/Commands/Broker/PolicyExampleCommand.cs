using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.KeyBroker.Policies;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker policy example</c>.</summary>
internal sealed class PolicyExampleCommand : Verb
{
    private readonly Argument<string> _name = new("NAME") { Description = $"{string.Join(", ", PolicyExamples.Names)}" };

    public PolicyExampleCommand(Session session)
        : base("example", "Print a ready policy, to be put as it is or changed first. Asks no broker.", "coffer broker policy example tpm-node > node-policy.json")
    {
        _name.CompletionSources.Add([.. PolicyExamples.Names]);
        Add(_name);
        SetAction(parsed =>
        {
            session.Output.WriteLine(PolicyExamples.Read(parsed.GetRequiredValue(_name)).TrimEnd());
            return (int)ExitStatus.Done;
        });
    }
}
