using System.Text;

namespace Coffer.Attestation.Tpm.EventLog;

/// <summary>
/// GRUB measures each command and command line into PCR 8. The log holds the text, which is hashed without its label, so labels are not
/// believed: a command line is what follows a <c>linux</c> command, and one text that does not hash to what was measured spoils them all,
/// since it could be the one that matters. Of the files that GRUB measures into PCR 9 the log holds names, which nothing proves.
/// </summary>
internal sealed record GrubEvents(IReadOnlyList<string> Commands, IReadOnlyList<string> CommandLines)
{
    private const string CommandLineLabel = "kernel_cmdline: ";
    private static readonly GrubEvents None = new([], []);
    private static readonly string[] Labels = ["grub_cmd: ", CommandLineLabel, "module_cmdline: "];
    private static readonly string[] KernelCommands = ["linux", "linuxefi", "linux16"];

    public static GrubEvents Read(BootClaims claims)
    {
        var (commands, lines) = (new List<string>(), new List<string>());
        foreach (var measured in claims.Of(8).Where(e => !BootClaims.IsSeparator(e)))
        {
            if (TextOf(measured) is not var (label, text)) return None;
            (label == CommandLineLabel ? lines : commands).Add(text);
        }
        foreach (var words in commands.Select(c => c.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (words.Length > 1 && KernelCommands.Contains(words[0])) lines.Add(string.Join(' ', words[1..]));
        }
        return new GrubEvents(commands, lines);
    }

    private static (string Label, string Text)? TextOf(TcgEvent measured)
    {
        var data = measured.Data.Span.TrimEnd((byte)0);
        foreach (var label in Labels)
        {
            if (!data.StartsWith(Encoding.ASCII.GetBytes(label))) continue;
            var text = data[label.Length..];
            return BootClaims.Measures(measured, text) ? (label, Encoding.UTF8.GetString(text)) : null;
        }
        return null;
    }
}
