using Coffer.Cli.Tests.Scripting;
using Coffer.Support;

namespace Coffer.Cli.Tests;

/// <summary>Every file in <c>scripts</c> is a story that a person could type. They share the process's working directory, one after the other.</summary>
public sealed class ScriptTests
{
    private static string Folder => RepositoryRoot.Combine("tests", "Cli.Tests", "scripts");

    public static TheoryData<string> Names => [.. Directory.EnumerateFiles(Folder, "*.txt").Select(f => Path.GetFileNameWithoutExtension(f)).Order()];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Script_runs_as_it_says(string name)
    {
        using var folder = new TempDirectory();
        var before = Environment.CurrentDirectory;
        Environment.CurrentDirectory = folder.Path;
        try
        {
            var text = await File.ReadAllTextAsync(Path.Combine(Folder, name + ".txt"));
            await new Script(name, Txtar.Parse(text), folder).RunAsync();
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }
    }
}
