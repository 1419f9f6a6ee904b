using Coffer.Cli.CommandLine;

namespace Coffer.Cli.Commands.Keyprovider;

/// <summary><c>coffer keyprovider key</c>: the key files of the local key source.</summary>
internal sealed class KeyCommand : Verb
{
    public KeyCommand(Session session)
        : base(
            "key", "Make, list and import the key files of a local key source.",
            "coffer keyprovider key generate --id team-a",
            "coffer keyprovider key list")
    {
        Add(new KeyGenerateCommand(session));
        Add(new KeyListCommand(session));
        Add(new KeyImportCommand(session));
    }
}
