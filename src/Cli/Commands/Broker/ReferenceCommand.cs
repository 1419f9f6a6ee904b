using Coffer.Cli.CommandLine;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker reference</c>: sets of values that policies compare with.</summary>
internal sealed class ReferenceCommand : Verb
{
    public ReferenceCommand(Session session)
        : base(
            "reference", "Keep sets of reference values, such as PCRs of known kernels, which policies compare claims with.",
            "coffer broker reference put kernels.json",
            "coffer broker reference list")
    {
        Add(new ReferencePutCommand(session));
        Add(new ReferenceLearnCommand(session));
        Add(new ReferenceListCommand(session));
        Add(new ReferenceShowCommand(session));
        Add(new ReferenceDeleteCommand(session));
    }
}
