using System.Text;
using Coffer.Attestation.Measured.Pe;

namespace Coffer.Attestation.Measured;

/// <summary>What UEFI firmware measures into PCR 4 (TCG PC Client Platform Firmware Profile, sections 3.3.4.5 and 8.2): its own remarks and the programs that it loads.</summary>
public static class Firmware
{
    private const string Calling = "Calling EFI Application from Boot Option", Returning = "Returning from EFI Application from Boot Option";
    private const int MostFailedAttempts = 100;

    /// <summary>The remark before the first program and the separator, as EDK II does it.</summary>
    /// <param name="boot">Gets the events.</param>
    /// <param name="failedAttempts">How many boot options are tried before the one that boots, such as an empty drive: 0 to 100.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: another number.</exception>
    public static void Start(MeasuredBoot boot, int failedAttempts = 0)
    {
        if (failedAttempts is < 0 or > MostFailedAttempts) throw new AttestationException(AttestationFault.Malformed, $"{failedAttempts} failed attempts to boot: 0 to {MostFailedAttempts} can be");
        Remark(boot, Calling);
        boot.Measure(Registers.BootPrograms, "separator", [0, 0, 0, 0]);
        for (var i = 0; i < failedAttempts; i++)
        {
            Remark(boot, Returning);
            Remark(boot, Calling);
        }
    }

    /// <summary>A program that firmware, or another program through it, loads.</summary>
    /// <param name="boot">Gets the event.</param>
    /// <param name="name">The program's, for people.</param>
    /// <param name="file">Can be sought in.</param>
    /// <param name="cancellationToken">Looked at on the way.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: it is no EFI program.</exception>
    public static void Load(MeasuredBoot boot, string name, Stream file, CancellationToken cancellationToken = default) => Load(boot, name, file, PeImage.Read(file), cancellationToken);

    internal static void Load(MeasuredBoot boot, string name, Stream file, PeImage image, CancellationToken cancellationToken)
    {
        using var hash = new BankHash(boot.Algorithms);
        Authenticode.Append(file, image, hash, cancellationToken);
        boot.Add(Registers.BootPrograms, name, hash, isProgram: true);
    }

    private static void Remark(MeasuredBoot boot, string text) => boot.Measure(Registers.BootPrograms, text, Encoding.ASCII.GetBytes(text));
}
