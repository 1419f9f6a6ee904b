namespace Coffer.Registry.Archive;

/// <summary>A file in a tar archive.</summary>
/// <param name="Name">Clean and relative: no empty, <c>.</c> or <c>..</c> part.</param>
/// <param name="Offset">Where its first byte stands in the archive.</param>
/// <param name="Size">In bytes; 0 for a link.</param>
/// <param name="LinkTarget">The name in the archive that a link means; null for a regular file.</param>
internal sealed record TarMember(string Name, long Offset, long Size, string? LinkTarget);
