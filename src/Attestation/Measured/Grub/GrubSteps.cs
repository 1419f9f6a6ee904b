using System.Globalization;
using System.Text;
using Coffer.Attestation.Measured.Systemd;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Oci;

namespace Coffer.Attestation.Measured.Grub;

/// <summary>
/// What GRUB does on the way to a kernel, one step a line, in the words that its event log has for it (docs/attestation/measure.md): commands and
/// command lines go into PCR 8 as texts, files into PCR 9 by their content.
/// </summary>
public static class GrubSteps
{
    private const int MostLines = 8192, MostLineCharacters = 64 * 1024;

    internal const string Command = "grub_cmd", KernelLine = "kernel_cmdline", ModuleLine = "module_cmdline", Digest = "digest";

    /// <summary>Measures the steps.</summary>
    /// <param name="boot">Gets the events.</param>
    /// <param name="steps">The lines.</param>
    /// <param name="open">Opens a file that a step names; it can be sought in, and is closed here.</param>
    /// <param name="cancellationToken">Looked at on the way.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: a line that is no step; the line is named.</exception>
    public static void Measure(MeasuredBoot boot, IEnumerable<string> steps, Func<string, Stream> open, CancellationToken cancellationToken = default)
    {
        var number = 0;
        foreach (var line in steps)
        {
            if (++number > MostLines || line.Length > MostLineCharacters) throw new AttestationException(AttestationFault.Malformed, $"the steps have more than {MostLines} lines, or one of more than {MostLineCharacters} characters");
            if (line.AsSpan().Trim().IsEmpty || line[0] == '#') continue;
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon <= 0) throw Wrong(number, "has no 'WHAT: ' in front");
            Measure(boot, number, line[..colon], line[(colon + 2)..], open, cancellationToken);
        }
    }

    private static void Measure(MeasuredBoot boot, int number, string what, string rest, Func<string, Stream> open, CancellationToken cancellationToken)
    {
        switch (what)
        {
            case Command or KernelLine or ModuleLine:
                var text = StepText.Read(rest) ?? throw Wrong(number, "has a backslash that is not written \\xHH");
                boot.Measure(Registers.GrubTexts, $"{what}: {rest}", text, CommandLine(what, Encoding.UTF8.GetString(text)));
                break;
            case "file" or "initrd":
                using (var content = open(rest)) boot.Measure(Registers.LoadedFiles, rest, content, cancellationToken);
                break;
            case "program":
                using (var content = open(rest)) Firmware.Load(boot, rest, content, cancellationToken);
                break;
            case "options":
                boot.Measure(Registers.LoadedFiles, $"options: {rest}", StubText.Utf16(rest));
                break;
            case Digest:
                boot.Add(Known(boot, number, rest));
                break;
            default:
                throw Wrong(number, $"begins with '{Printable.Of(what, 32)}'");
        }
    }

    // As the claims of such a log have it: the line itself, or what follows a command that loads a kernel.
    private static string? CommandLine(string what, string text)
    {
        if (what != Command) return what == KernelLine ? text : null;
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 1 && words[0] is "linux" or "linuxefi" or "linux16" ? string.Join(' ', words[1..]) : null;
    }

    // REGISTER BANK:HEX[,BANK:HEX]... NAME
    private static MeasuredEvent Known(MeasuredBoot boot, int number, string rest)
    {
        var words = rest.Split(' ', 3);
        if (words.Length < 2 || !int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var register) || register > 15) throw Wrong(number, "has no register from 0 to 15");
        var given = words[1].Split(',').Select(d => d.Split(':')).Where(d => d.Length == 2).DistinctBy(d => d[0]).ToDictionary(d => d[0], d => d[1]);
        var digests = new List<ReadOnlyMemory<byte>>();
        foreach (var bank in boot.Algorithms)
        {
            var name = TpmHash.Name(bank);
            if (!given.TryGetValue(name, out var hex) || hex.Length != 2 * TpmHash.Size(bank) || !hex.All(char.IsAsciiHexDigit)) throw Wrong(number, $"has no digest of the bank {name}");
            digests.Add(Convert.FromHexString(hex));
        }
        return new MeasuredEvent(register, words.Length > 2 ? words[2] : Digest, digests) { IsProgram = register == Registers.BootPrograms };
    }

    private static AttestationException Wrong(int number, string what) => new(
        AttestationFault.Malformed, $"line {number} of the steps {what}", "grub_cmd, kernel_cmdline, module_cmdline, file, program, options, initrd or digest, then ': '");
}
