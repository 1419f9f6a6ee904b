namespace Coffer.Attestation.Measured.Pe;

/// <summary>A section as its header describes it (PE/COFF specification, "Section Table"). All numbers are within the file and the image.</summary>
/// <param name="Name">At most 8 characters.</param>
/// <param name="VirtualAddress">Where it stands in memory, from the image's base.</param>
/// <param name="VirtualSize">Bytes in memory; 0 for an empty one.</param>
/// <param name="FileOffset">Where it stands in the file.</param>
/// <param name="FileSize">Bytes in the file; what is missing up to <paramref name="VirtualSize"/> is zeros in memory.</param>
internal sealed record PeSection(string Name, uint VirtualAddress, uint VirtualSize, uint FileOffset, uint FileSize);
