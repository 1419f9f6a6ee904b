using System.CommandLine;

namespace Coffer.Cli.CommandLine;

/// <summary>The verbs of a command by their names, made only where they are needed: all of them cost more than most of them do.</summary>
internal sealed class VerbTable : List<KeyValuePair<string, Func<Verb>>>
{
    public void Add(string name, Func<Verb> make) => Add(KeyValuePair.Create(name, make));

    /// <param name="command">Gets the verbs.</param>
    /// <param name="word">What stands on the command line where a verb can; the verb of that very name is added alone, all of them where there is none.</param>
    public void AddTo(Command command, string? word)
    {
        if (word is not null && Find(v => v.Key == word) is { Value: { } alone }) command.Add(alone());
        else ForEach(v => command.Add(v.Value()));
    }
}
