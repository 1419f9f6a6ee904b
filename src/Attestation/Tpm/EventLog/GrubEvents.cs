using System.Text;

namespace Coffer.Attestation.Tpm.EventLog;

/// <summary>
/// GRUB measures each command and command line into PCR 8 and each file that it reads into PCR 9. In PCR 8 the log holds the text, which
/// is hashed without its label, so labels are not believed: a command line is what follows a <c>linux</c> command, and one text that
/// does not hash to what was measured spoils them all, since it could be the one that matters. In PCR 9 the log holds paths, and the
/// digests are of the files: which file is the kernel follows from the commands, which path a digest has is the log's word. Policies
/// that must not take that word compare PCR 9 itself.
/// </summary>
internal sealed record GrubEvents(IReadOnlyList<string> Commands, IReadOnlyList<string> CommandLines, IReadOnlyList<string> Kernels, IReadOnlyList<string> Initrds)
{
    private static readonly GrubEvents None = new([], [], [], []);
    private static readonly string[] Labels = ["grub_cmd: ", "kernel_cmdline: ", "module_cmdline: "];
    private static readonly string[] KernelCommands = ["linux", "linuxefi", "linux16"], InitrdCommands = ["initrd", "initrdefi", "initrd16"];

    public static GrubEvents Read(BootClaims claims)
    {
        var (commands, lines) = (new List<string>(), new List<string>());
        foreach (var measured in claims.Of(8).Where(e => e.Type != TcgEventType.Separator))
        {
            if (TextOf(claims, measured) is not var (label, text)) return None;
            if (label == Labels[1]) lines.Add(text);
            else commands.Add(text);
        }
        var words = commands.Select(c => c.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(w => w.Length > 1).ToList();
        lines.AddRange(words.Where(w => KernelCommands.Contains(w[0])).Select(w => string.Join(' ', w[1..])));
        var kernels = lines.Select(line => line.Split(' ')[0]).ToHashSet();
        var initrds = words.Where(w => InitrdCommands.Contains(w[0])).SelectMany(w => w[1..]).ToHashSet();
        return new GrubEvents(commands, lines, Files(claims, kernels), Files(claims, initrds));
    }

    private static (string Label, string Text)? TextOf(BootClaims claims, TcgEvent measured)
    {
        var data = measured.Data.Span.TrimEnd((byte)0);
        if (measured.Type != TcgEventType.Ipl) return null;
        foreach (var label in Labels)
        {
            if (!data.StartsWith(Encoding.ASCII.GetBytes(label))) continue;
            var text = data[label.Length..];
            return claims.Measures(measured, text) ? (label, Encoding.UTF8.GetString(text)) : null;
        }
        return null;
    }

    private static List<string> Files(BootClaims claims, HashSet<string> paths) =>
        [.. claims.Of(9).Where(e => e.Type == TcgEventType.Ipl && IsOneOf(Encoding.UTF8.GetString(e.Data.Span.TrimEnd((byte)0)), paths)).Select(claims.Hex)];

    // A path may have its device in front, in the command or in the log.
    private static bool IsOneOf(string logged, HashSet<string> paths) => paths.Any(path => WithoutDevice(logged) == WithoutDevice(path));

    private static string WithoutDevice(string path) => path.StartsWith('(') && path.IndexOf(')', StringComparison.Ordinal) is > 0 and var end ? path[(end + 1)..] : path;
}
