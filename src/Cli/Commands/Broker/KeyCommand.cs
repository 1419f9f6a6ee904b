using Coffer.Cli.CommandLine;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker key</c>: keys that wrap images.</summary>
internal sealed class KeyCommand : Verb
{
    public KeyCommand(Session session)
        : base(
            "key", "Change keys that wrap images: new versions, and how long the old ones still open.",
            "coffer broker key rotate default/image-kek/team-a --grace 30d",
            "coffer broker key permit default/image-kek/team-a --version 1 --until 7d")
    {
        Note = """
            A packet names its key's version (kbs:///REPOSITORY/TYPE/TAG?version=N). After a rotation 'coffer rewrap' moves
            images to the new version; what was not moved when the grace time is over opens only by 'key permit'.
            """;
        Add(new KeyRotateCommand(session));
        Add(new KeyRetireCommand(session));
        Add(new KeyPermitCommand(session));
    }
}
