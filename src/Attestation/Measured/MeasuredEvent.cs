namespace Coffer.Attestation.Measured;

/// <summary>One extension that a boot will make.</summary>
/// <param name="Register">The PCR, 0 to 23.</param>
/// <param name="What">What is measured, for people: such as <c>.linux (name)</c> or a file's name.</param>
/// <param name="Digests">What is extended, in the order of the boot's banks; each as long as a digest of its bank.</param>
public sealed record MeasuredEvent(int Register, string What, IReadOnlyList<ReadOnlyMemory<byte>> Digests);
