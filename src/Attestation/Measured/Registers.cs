namespace Coffer.Attestation.Measured;

/// <summary>The PCRs that boots are measured into (TCG PC Client Platform Firmware Profile, section 3.3.4; UAPI group, Linux TPM PCR Registry).</summary>
internal static class Registers
{
    public const int BootPrograms = 4, GrubTexts = 8, LoadedFiles = 9, UnifiedKernel = 11, KernelParameters = 12, SystemExtensions = 13;
}
