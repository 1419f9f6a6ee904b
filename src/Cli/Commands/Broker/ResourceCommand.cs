using Coffer.Cli.CommandLine;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker resource</c>: keys and other secrets.</summary>
internal sealed class ResourceCommand : Verb
{
    public ResourceCommand(Session session)
        : base(
            "resource", "Keep keys and other secrets in versions, which policies release. Nobody can read one back but a machine that a policy allows.",
            "coffer broker resource put default/image-kek/team-a kek.bin",
            "coffer broker resource list --label team=a",
            "coffer broker resource show default/image-kek/team-a")
    {
        Add(new ResourcePutCommand(session));
        Add(new ResourceListCommand(session));
        Add(new ResourceShowCommand(session));
        Add(new ResourceLabelCommand(session));
        Add(new ResourceExpireCommand(session));
        Add(new ResourceDeleteCommand(session));
    }
}
