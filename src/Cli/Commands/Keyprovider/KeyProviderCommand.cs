using Coffer.Cli.CommandLine;

namespace Coffer.Cli.Commands.Keyprovider;

/// <summary><c>coffer keyprovider</c>: what a runtime asks for layer keys, and what belongs to it.</summary>
internal sealed class KeyProviderCommand : Verb
{
    public KeyProviderCommand(Session session)
        : base(
            "keyprovider", "Answer the wrap and unwrap calls of skopeo, buildah, podman, CRI-O and containerd.",
            "coffer keyprovider key generate --id team-a",
            "coffer keyprovider exec --local-keys /etc/coffer/keys < request.json")
    {
        Add(new ExecCommand(session));
        Add(new ServeCommand(session));
        Add(new KeyCommand(session));
        Add(new StatusCommand(session));
        Add(new ConfigCommand(session));
    }
}
