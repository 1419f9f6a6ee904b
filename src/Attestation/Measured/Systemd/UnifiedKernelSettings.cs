namespace Coffer.Attestation.Measured.Systemd;

/// <summary>What a unified kernel image itself does not say of its boot.</summary>
public sealed record UnifiedKernelSettings
{
    /// <summary>Which profile of an image with several, from 0.</summary>
    public int Profile { get; init; }

    /// <summary>systemd's version of the stub; null for what the image says, or else the newest that is known here.</summary>
    public int? StubVersion { get; init; }

    /// <summary>The command line that the boot loader or the boot option passes, without a profile's <c>@N</c>; null for none. With Secure Boot
    /// the stub ignores it where the image has one of its own.</summary>
    public string? LoadOptions { get; init; }

    /// <summary>Whether the firmware measures the kernel inside as well; null for what the stub's version does: up to 257 it lets firmware load it.</summary>
    public bool? InnerKernel { get; init; }

    /// <summary>What the kernel inside measures by itself.</summary>
    public LinuxStub LinuxStub { get; init; }
}
