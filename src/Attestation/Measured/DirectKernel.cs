using Coffer.Attestation.Measured.Systemd;

namespace Coffer.Attestation.Measured;

/// <summary>A kernel that is started through its own EFI stub, by firmware or systemd-boot, with its initrd beside it.</summary>
public static class DirectKernel
{
    /// <summary>Measures the kernel into PCR 4, and what it measures by itself into PCR 9.</summary>
    /// <param name="boot">Gets the events.</param>
    /// <param name="kernel">Its name and file, which can be sought in.</param>
    /// <param name="initrds">Their files in order; as the kernel gets them, one behind the other.</param>
    /// <param name="options">The whole text that is passed to it, with any <c>initrd=</c>; null for none.</param>
    /// <param name="stub">What the kernel measures.</param>
    /// <param name="systemdBoot">Whether systemd-boot starts it, which measures the text into PCR 12 as well.</param>
    /// <param name="cancellationToken">Looked at on the way.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: it is no EFI program.</exception>
    public static void Measure(
        MeasuredBoot boot, (string Name, Stream File) kernel, IReadOnlyList<Stream> initrds, string? options, LinuxStub stub, bool systemdBoot, CancellationToken cancellationToken = default)
    {
        Firmware.Load(boot, kernel.Name, kernel.File, cancellationToken);
        var text = options is null ? null : StubText.Utf16(options);
        if (systemdBoot && text is not null) boot.Measure(Registers.KernelParameters, "command line", text, options);
        if (stub == LinuxStub.OptionsAndInitrd && text is not null) boot.Measure(Registers.LoadedFiles, "command line", text);
        if (stub == LinuxStub.Nothing || initrds.Sum(i => i.Length) == 0) return;
        using var hash = new BankHash(boot.Algorithms);
        foreach (var initrd in initrds) hash.Append(initrd, null, cancellationToken);
        boot.Add(Registers.LoadedFiles, "initrd", hash);
    }
}
