namespace Coffer.Attestation.Measured;

/// <summary>One extension that a boot will make.</summary>
/// <param name="Register">The PCR, 0 to 23.</param>
/// <param name="What">What is measured, for people: such as <c>.linux (name)</c> or a file's name.</param>
/// <param name="Digests">What is extended, in the order of the boot's banks; each as long as a digest of its bank.</param>
public sealed record MeasuredEvent(int Register, string What, IReadOnlyList<ReadOnlyMemory<byte>> Digests)
{
    /// <summary>Whether it is a program in PCR 4, and no remark.</summary>
    internal bool IsProgram { get; init; }

    /// <summary>The kernel's command line as verified evidence will claim it; null where this is none.</summary>
    internal string? CommandLine { get; init; }
}
