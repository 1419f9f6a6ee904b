using Coffer.Cli.CommandLine;

namespace Coffer.Cli.Commands.Keyprovider;

/// <summary><c>coffer keyprovider</c>: what a runtime asks for layer keys, and what belongs to it.</summary>
internal sealed class KeyProviderCommand : Verb
{
    /// <param name="session">What the verbs have around them.</param>
    /// <param name="word">The next word on the command line, where only the verb of that name is needed.</param>
    public KeyProviderCommand(Session session, string? word)
        : base(
            "keyprovider", "Answer the wrap and unwrap calls of skopeo, buildah, podman, CRI-O and containerd.",
            "coffer keyprovider key generate --id team-a",
            "coffer keyprovider exec --local-keys /etc/coffer/keys < request.json")
    {
        new VerbTable
        {
            { "exec", () => new ExecCommand(session) },
            { "serve", () => new ServeCommand(session) },
            { "key", () => new KeyCommand(session) },
            { "status", () => new StatusCommand(session) },
            { "config", () => new ConfigCommand(session) },
        }.AddTo(this, word);
    }
}
