namespace Coffer.Attestation.Measured;

/// <summary>A register's value.</summary>
/// <param name="Register">The PCR.</param>
/// <param name="Phase">The path of boot phases after which it has it; empty where phases do not matter.</param>
/// <param name="Value">As many bytes as a digest of the bank has.</param>
public sealed record RegisterValue(int Register, string Phase, ReadOnlyMemory<byte> Value);
