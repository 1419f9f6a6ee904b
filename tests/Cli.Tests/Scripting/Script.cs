using System.Text.RegularExpressions;
using Coffer.Support;

namespace Coffer.Cli.Tests.Scripting;

/// <summary>
/// Runs a script of command lines in this process, in a folder of its own. <c>exec coffer ...</c> must succeed,
/// <c>! exec 3 coffer ...</c> must end with that status; the other commands look at what it left or prepare its input.
/// </summary>
internal sealed class Script(string name, Txtar text, TempDirectory folder)
{
    private string _stdout = "", _stderr = "";

    public async Task RunAsync()
    {
        foreach (var (file, content) in text.Files) folder.Write(file, content);
        for (var i = 0; i < text.Script.Count; i++)
        {
            var words = Words(text.Script[i]);
            if (words.Count == 0 || words[0].StartsWith('#')) continue;
            try
            {
                await StepAsync(words);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"{name}:{i + 1}: {text.Script[i]}\n{e.Message}\nstdout: {_stdout}\nstderr: {_stderr}");
            }
        }
    }

    private async Task StepAsync(List<string> words)
    {
        var negated = words[0] == "!";
        var arguments = words[(negated ? 2 : 1)..];
        switch (words[negated ? 1 : 0])
        {
            case "exec": await ExecAsync(arguments, negated); break;
            case "stdout": Expect(Regex.IsMatch(_stdout, arguments[0], RegexOptions.Multiline) != negated, "stdout"); break;
            case "stderr": Expect(Regex.IsMatch(_stderr, arguments[0], RegexOptions.Multiline) != negated, "stderr"); break;
            case "exists": Expect(Path.Exists(folder.Combine(arguments[0])) != negated, "existence"); break;
            case "cmp": Expect(File.ReadAllBytes(folder.Combine(arguments[0])).AsSpan().SequenceEqual(File.ReadAllBytes(folder.Combine(arguments[1]))) != negated, "content"); break;
            case "save": File.WriteAllText(folder.Combine(arguments[0]), _stdout); break;
            case "chmod": File.SetUnixFileMode(folder.Combine(arguments[1]), (UnixFileMode)Convert.ToInt32(arguments[0], 8)); break;
            case "mkkey": TestKeys.Write(folder, arguments); break;
            case "mkimage": TestImages.Write(folder, arguments); break;
            case "samelayers": Expect(TestImages.SameLayers(folder.Combine(arguments[0]), folder.Combine(arguments[1])) != negated, "layers"); break;
            case "flip": TestImages.Flip(folder.Combine(arguments[0]), int.Parse(arguments[1], null)); break;
            case "cut": TestImages.Cut(folder.Combine(arguments[0]), int.Parse(arguments[1], null)); break;
            case "edit": TestImages.Edit(folder.Combine(arguments[0]), arguments[1], arguments[2]); break;
            case "header": HostileImages.SetHeader(folder.Combine(arguments[0]), arguments[1..]); break;
            case "pad": HostileImages.Pad(folder.Combine(arguments[0]), int.Parse(arguments[1], null)); break;
            case "repeat": HostileImages.Repeat(folder.Combine(arguments[0]), int.Parse(arguments[1], null)); break;
            case "nest": HostileImages.Nest(folder.Combine(arguments[0]), int.Parse(arguments[1], null)); break;
            case "grow": HostileImages.Grow(folder.Combine(arguments[0]), int.Parse(arguments[1], null)); break;
            case "archive": HostileImages.Archive(folder, arguments); break;
            case "editoptions": TestImages.EditPublicOptions(folder.Combine(arguments[0]), arguments[1], arguments[2]); break;
            default: throw new InvalidOperationException("no such command of scripts");
        }
    }

    private async Task ExecAsync(List<string> words, bool negated)
    {
        int? expected = negated ? null : 0;
        if (negated && int.TryParse(words[0], out var status))
        {
            expected = status;
            words = words[1..];
        }
        if (words[0] != "coffer") throw new InvalidOperationException("only coffer is run");
        using var stdout = new StringWriter();
        using var stderr = new StringWriter();
        var actual = await Program.RunAsync(words[1..], TextReader.Null, stdout, stderr);
        (_stdout, _stderr) = (stdout.ToString(), stderr.ToString());
        Expect(expected is null ? actual != 0 : actual == expected, $"exit status {actual}");
        Expect(!_stderr.Contains("   at ", StringComparison.Ordinal), "no stack trace");
        if (actual != 0) Expect(Regex.Count(_stderr, "^coffer: error: [^A-Z]", RegexOptions.Multiline) == 1, "one line says what is wrong");
    }

    private static void Expect(bool holds, string what)
    {
        if (!holds) throw new InvalidOperationException($"not as expected: {what}");
    }

    // Words between blanks; single quotes keep blanks.
    private static List<string> Words(string line) =>
        [.. Regex.Matches(line, @"(?:'[^']*'|[^\s'])+").Select(m => m.Value.Replace("'", "", StringComparison.Ordinal))];
}
