using System.CommandLine;
using Coffer.KeyProvider.Sources.Local;

namespace Coffer.Cli.Commands.Keyprovider;

/// <summary><c>--dir</c> of the verbs on key files, and <c>--id</c> of those that add one.</summary>
internal sealed class KeyDirectoryFlags
{
    private readonly Option<string> _directory = new("--dir")
    {
        Description = "the key directory", HelpName = "DIR", DefaultValueFactory = _ => LocalSettings.DefaultDirectory,
    };

    private readonly Option<string> _id = new("--id")
    {
        Description = "the key's id: 1 to 128 of A-Z a-z 0-9 . _ -, not beginning with a dot", HelpName = "ID", Required = true,
    };

    public KeyDirectoryFlags(Command command, bool addsKey)
    {
        command.Add(_directory);
        if (addsKey) command.Add(_id);
    }

    public string Directory(ParseResult parsed) => parsed.GetRequiredValue(_directory);

    public string Id(ParseResult parsed) => parsed.GetRequiredValue(_id);
}
