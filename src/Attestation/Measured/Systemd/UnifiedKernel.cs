using System.Text;
using Coffer.Attestation.Measured.Pe;

namespace Coffer.Attestation.Measured.Systemd;

/// <summary>Computes what the boot of a unified kernel image measures, as systemd-stub 252 and later does it (docs/attestation/measure.md).</summary>
public static class UnifiedKernel
{
    // Later stubs load the kernel themselves, unless Secure Boot is on and shim is there.
    private const int FirstStubThatLoads = 258;

    /// <summary>Measures an image that firmware, or a boot loader through it, loads.</summary>
    /// <param name="boot">Gets the events.</param>
    /// <param name="name">The image's, for people.</param>
    /// <param name="file">The image; can be sought in, and stays the caller's.</param>
    /// <param name="settings">What the image does not say.</param>
    /// <param name="cancellationToken">Looked at on the way.</param>
    /// <returns>The stub's version that was taken.</returns>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: it is no such image. <see cref="AttestationFault.Unsupported"/>: its stub is older than 252.</exception>
    public static int Measure(MeasuredBoot boot, string name, Stream file, UnifiedKernelSettings settings, CancellationToken cancellationToken = default)
    {
        var image = new UnifiedKernelImage(file);
        var parts = image.Parts(settings.Profile, settings.StubVersion);
        Firmware.Load(boot, name, file, image.Headers, cancellationToken);
        Measure(boot, parts, settings, cancellationToken);
        return parts.StubVersion;
    }

    /// <summary>Measures an image of these parts, which need not be built yet. The program as a whole, and so PCR 4, cannot be computed.</summary>
    /// <param name="boot">Gets the events.</param>
    /// <param name="sections">Contents by the section's name, such as <c>.linux</c>; can be sought in. Sections that the stub does not know are ignored.</param>
    /// <param name="settings">What they do not say.</param>
    /// <param name="cancellationToken">Looked at on the way.</param>
    /// <returns>The stub's version that was taken.</returns>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: without a kernel. <see cref="AttestationFault.Unsupported"/>: a stub older than 252.</exception>
    public static int Measure(MeasuredBoot boot, IReadOnlyDictionary<string, Stream> sections, UnifiedKernelSettings settings, CancellationToken cancellationToken = default)
    {
        var found = sections.Where(s => s.Value.Length > 0).ToDictionary(s => s.Key, s => s.Value);
        if (!found.ContainsKey(UnifiedSections.Linux)) throw new AttestationException(AttestationFault.Malformed, "a unified kernel image without a kernel cannot be");
        var parts = new UnifiedParts(settings.StubVersion ?? UnifiedSections.NewestStub, found);
        boot.CannotTell(Registers.BootPrograms, "it is of the whole image, with its signature: measure that");
        Measure(boot, parts, settings, cancellationToken);
        return parts.StubVersion;
    }

    private static void Measure(MeasuredBoot boot, UnifiedParts parts, UnifiedKernelSettings settings, CancellationToken cancellationToken)
    {
        if (parts.StubVersion < UnifiedSections.OldestStub)
        {
            throw new AttestationException(AttestationFault.Unsupported, $"systemd-stub {parts.StubVersion} measures otherwise; {UnifiedSections.OldestStub} and later are computed");
        }
        if (settings.Profile != 0) boot.Measure(Registers.KernelParameters, $"profile {settings.Profile}", StubText.Utf16($"{settings.Profile}"));
        Sections(boot, parts, cancellationToken);
        var passed = settings.LoadOptions is { } options && StubText.Bytes(options) is { Length: > 2 } bytes ? bytes : null;
        if (passed is not null) boot.Measure(Registers.KernelParameters, "command line that is passed", passed, StubText.Read(passed));
        if (settings.InnerKernel ?? parts.StubVersion < FirstStubThatLoads) Firmware.Load(boot, "the kernel inside", parts.Find(UnifiedSections.Linux)!, cancellationToken);
        KernelInside.Measure(boot, parts, passed, settings.LinuxStub, cancellationToken);
    }

    private static void Sections(MeasuredBoot boot, UnifiedParts parts, CancellationToken cancellationToken)
    {
        foreach (var (name, since) in UnifiedSections.Measured)
        {
            if (since > parts.StubVersion || parts.Find(name) is not { } content) continue;
            if (name is UnifiedSections.DeviceTreeChoice or UnifiedSections.FirmwareChoice)
            {
                boot.CannotTell(Registers.UnifiedKernel, $"which section {name} is taken depends on the machine");
                continue;
            }
            boot.Measure(Registers.UnifiedKernel, $"{name} (name)", Encoding.ASCII.GetBytes(name + '\0'));
            boot.Measure(Registers.UnifiedKernel, name, content, cancellationToken);
        }
    }
}
