using System.Runtime.InteropServices;
using Coffer.Oci;

namespace Coffer.KeyProvider.Sources.Local;

/// <summary>The directory itself: where it really is, and that nobody else can put keys into it.</summary>
internal static unsafe partial class KeyDirectoryPath
{
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>The path with every link resolved.</summary>
    /// <param name="path">As configured.</param>
    /// <param name="problems">Takes what is wrong with it.</param>
    /// <returns>Null where it cannot be used at all.</returns>
    public static string? Check(string path, List<string> problems)
    {
        if (Resolve(path) is not { } real || FileFacts.Of(real) is not { } facts)
        {
            problems.Add($"{Printable.Of(path)} is not there or cannot be reached");
            return null;
        }
        if (facts.Type != FileFacts.Kind.Directory)
        {
            problems.Add($"{Printable.Of(path)} is not a directory");
            return null;
        }
        if (!facts.IsOurs) problems.Add($"{Printable.Of(path)} belongs to user {facts.Owner}, neither to user {FileFacts.CurrentUser} nor to root");
        // Where the sticky bit is set (Kubernetes mounts secrets so), others can add files but replace none, and theirs are refused.
        if (facts.OthersMay(WritableByOthers) && !facts.OthersMay(UnixFileMode.StickyBit))
        {
            problems.Add($"{Printable.Of(path)} can be written by others (mode {Convert.ToString((int)facts.Mode, 8).PadLeft(4, '0')}): chmod 0700");
        }
        return real;
    }

    /// <summary>The path with every link resolved; null where it leads nowhere.</summary>
    public static string? Resolve(string path)
    {
        var found = RealPath(path, 0);
        if (found == 0) return null;
        try { return Marshal.PtrToStringUTF8(found); }
        finally { NativeMemory.Free((void*)found); }
    }

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint RealPath(string path, nint resolved);
}
