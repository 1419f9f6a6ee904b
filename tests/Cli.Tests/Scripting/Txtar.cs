namespace Coffer.Cli.Tests.Scripting;

/// <summary>A script with the files it needs: text first, then <c>-- name --</c> lines with what follows as the file.</summary>
internal sealed record Txtar(IReadOnlyList<string> Script, IReadOnlyDictionary<string, string> Files)
{
    public static Txtar Parse(string text)
    {
        var script = new List<string>();
        var files = new Dictionary<string, List<string>>();
        var target = script;
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("-- ", StringComparison.Ordinal) && line.EndsWith(" --", StringComparison.Ordinal)) files[line[3..^3].Trim()] = target = [];
            else target.Add(line);
        }
        return new Txtar(script, files.ToDictionary(f => f.Key, f => string.Concat(f.Value.Select(l => l + "\n"))));
    }
}
