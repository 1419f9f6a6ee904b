using System.Runtime.InteropServices;

namespace Coffer.ImageCrypt.Cipher.Native;

/// <summary>
/// Two SHA-256 chains over the same bytes at once (<c>sha256_pair.c</c>). Linked into the executable; as a library from
/// .NET it is looked for beside the assembly, and where it is missing, or the processor lacks the instructions, the
/// platform's hashes do the same work one after the other.
/// </summary>
internal static unsafe partial class Sha256Pair
{
    public const int BlockBytes = 64;
    public const int StateWords = 8;
    private const string Library = "coffer_sha256_pair";

    /// <summary>True where <see cref="Compress"/> may be called.</summary>
    public static bool IsUsable { get; } = FindOut();

    /// <summary>Takes both states through <paramref name="blocks"/>.</summary>
    /// <param name="first">Eight words, from a to h.</param>
    /// <param name="second">Eight words, from a to h.</param>
    /// <param name="blocks">A multiple of 64 bytes.</param>
    public static void Compress(Span<uint> first, Span<uint> second, ReadOnlySpan<byte> blocks)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(first.Length, StateWords);
        ArgumentOutOfRangeException.ThrowIfNotEqual(second.Length, StateWords);
        ArgumentOutOfRangeException.ThrowIfNotEqual(blocks.Length % BlockBytes, 0);
        if (!IsUsable) throw new PlatformNotSupportedException();
        fixed (uint* one = first, two = second)
        {
            fixed (byte* data = blocks) CompressBlocks(one, two, data, (nuint)(blocks.Length / BlockBytes));
        }
    }

    private static bool FindOut()
    {
        try
        {
            return Usable() != 0;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return false;
        }
    }

    [LibraryImport(Library, EntryPoint = "coffer_sha256_pair")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial void CompressBlocks(uint* first, uint* second, byte* data, nuint blocks);

    [LibraryImport(Library, EntryPoint = "coffer_sha256_pair_usable")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial int Usable();
}
