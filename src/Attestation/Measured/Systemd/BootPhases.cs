using System.Text;

namespace Coffer.Attestation.Measured.Systemd;

/// <summary>Words that systemd-pcrphase (later systemd-pcrextend) measures into PCR 11 while the system comes up, as UTF-8 without a zero.</summary>
public static class BootPhases
{
    private const int MostWords = 32;

    /// <summary>Where a machine can stand between its initrd and its running system: the paths that systemd-measure computes too.</summary>
    public static IReadOnlyList<string> Usual { get; } = ["enter-initrd", "enter-initrd:leave-initrd", "enter-initrd:leave-initrd:sysinit", "enter-initrd:leave-initrd:sysinit:ready"];

    /// <summary>Measures the words of a path.</summary>
    /// <param name="boot">Gets the events.</param>
    /// <param name="path">Words with colons between them; empty ones are none.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: more than 32 words.</exception>
    public static void Measure(MeasuredBoot boot, string path)
    {
        var words = path.Split(':', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length > MostWords) throw new AttestationException(AttestationFault.Malformed, $"a path of boot phases has {words.Length} words; at most {MostWords} are measured");
        foreach (var word in words) boot.Measure(Registers.UnifiedKernel, word, Encoding.UTF8.GetBytes(word));
    }
}
