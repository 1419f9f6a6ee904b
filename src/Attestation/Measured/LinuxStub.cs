namespace Coffer.Attestation.Measured;

/// <summary>
/// What Linux's own EFI stub measures into PCR 9 when it is started as an EFI program: its command line, then the initrd that it is
/// handed through LINUX_EFI_INITRD_MEDIA. Linux 5.17 began with the initrd; 6.1 measures both.
/// </summary>
public enum LinuxStub
{
    /// <summary>Both.</summary>
    OptionsAndInitrd,

    /// <summary>The initrd.</summary>
    InitrdOnly,

    /// <summary>Neither: before 5.17, or started otherwise.</summary>
    Nothing,
}
