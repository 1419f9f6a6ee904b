using Coffer.Cli.CommandLine;
using Coffer.Cli.Commands.Attest.Measure;

namespace Coffer.Cli.Commands.Attest;

/// <summary><c>coffer attest</c>: what this machine says of itself to a key broker.</summary>
internal sealed class AttestCommand : Verb
{
    public AttestCommand(Session session)
        : base(
            "attest", "Prove to a key broker what this machine is: enrol it once, then get tokens and resources.",
            "coffer attest enroll --broker https://broker.example:8080 --broker-ca ca.pem",
            "coffer attest get --broker https://broker.example:8080 --broker-ca ca.pem kbs:///default/app/password")
    {
        Add(new EnrollCommand(session));
        Add(new EvidenceCommand(session));
        Add(new TokenCommand(session));
        Add(new GetCommand(session));
        Add(new ExplainCommand(session));
        Add(new MeasureCommand(session));
    }
}
