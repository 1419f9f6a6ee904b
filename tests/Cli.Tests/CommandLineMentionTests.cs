using System.CommandLine;
using System.Text.RegularExpressions;
using Coffer.Cli.CommandLine;
using Coffer.Support;

namespace Coffer.Cli.Tests;

/// <summary>Every command line that a message, a hint or a page of the documentation names: its verbs and flags are there.</summary>
public sealed partial class CommandLineMentionTests
{
    private static readonly Command Root = CofferCommand.Build(new Session(TextReader.Null, TextWriter.Null, TextWriter.Null));

    [Fact]
    public void Messages_and_hints_name_verbs_and_flags_that_there_are()
    {
        var files = Directory.EnumerateFiles(RepositoryRoot.Combine("src"), "*.cs", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/", StringComparison.Ordinal)).ToList();
        Assert.True(files.Count > 200);
        ShouldAllBeThere(files, line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal));
    }

    [Fact]
    public void Documentation_names_verbs_and_flags_that_there_are() =>
        ShouldAllBeThere([RepositoryRoot.Combine("README.md"), .. Directory.EnumerateFiles(RepositoryRoot.Combine("docs"), "*.md")], _ => true);

    [Theory]
    [InlineData("run coffer broker trust add --ek to register it", "--ek")]
    [InlineData("`coffer broker trust bogus`", "bogus")]
    [InlineData("coffer attest enroll --state DIR --nothing", "--nothing")]
    [InlineData("coffer broker trust add-ek HEX registers it; coffer that wrote it; coffer broker", null)]
    public void A_wrong_mention_is_found(string text, string? wrong) => Assert.Equal(wrong is null ? [] : [wrong], Wrong(text));

    private static void ShouldAllBeThere(IEnumerable<string> files, Func<string, bool> counts) => Assert.Empty(
        from file in files
        from line in File.ReadLines(file)
        where counts(line)
        from wrong in Wrong(line)
        select $"{Path.GetFileName(file)}: '{wrong}' in {line.Trim()}");

    private static IEnumerable<string> Wrong(string line)
    {
        foreach (Match mention in Mention().Matches(line))
        {
            var (command, isVerb) = (Root, false);
            foreach (var written in mention.Groups["rest"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                var word = written.TrimEnd('\'', '.', ':');
                if (word.StartsWith("--", StringComparison.Ordinal))
                {
                    var name = word.Split('=')[0];
                    if (isVerb && !command.Options.Any(o => o.Name == name || o.Aliases.Contains(name)) && name != "--help") yield return name;
                }
                else if (command.Subcommands.FirstOrDefault(c => c.Name == word) is { } found)
                {
                    (command, isVerb) = (found, true);
                }
                else if (isVerb && command.Subcommands.Count > 0)
                {
                    yield return word;
                    break;
                }
                else if (!isVerb)
                {
                    break; // "the coffer that wrote it"
                }
            }
        }
    }

    // Up to what ends a command line in prose or in a shell.
    [GeneratedRegex(@"(?<![\w/.-])coffer(?<rest>(?: +(?:--)?[A-Za-z0-9][\w=/:.*@'-]*)+)")]
    private static partial Regex Mention();
}
