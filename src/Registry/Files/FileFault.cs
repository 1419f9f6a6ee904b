using Coffer.Oci;
using Microsoft.Win32.SafeHandles;

namespace Coffer.Registry.Files;

/// <summary>What the file system refused, as one line for a person.</summary>
internal static class FileFault
{
    private const int NoSpace = 28, ReadOnly = 30, QuotaExceeded = 122, TooLarge = 27;
    private const int Unspecific = unchecked((int)0x80131620); // COR_E_IO

    public static bool Is(Exception e) => e is IOException or UnauthorizedAccessException;

    /// <summary>Does it, and says what the file system refused. Content streams stay outside: their faults are their own.</summary>
    public static T Guard<T>(string doing, Func<T> work)
    {
        try { return work(); }
        catch (Exception e) when (Is(e)) { throw Of(e, doing); }
    }

    /// <inheritdoc cref="Guard{T}"/>
    public static void Guard(string doing, Action work) => Guard(doing, () => { work(); return true; });

    /// <summary>
    /// A new file with room for so many bytes. The runtime gives a reservation that failed no error number, only a text;
    /// here it gets the one that a failed write would have had.
    /// </summary>
    public static SafeFileHandle CreateWithRoom(string path, long bytes)
    {
        try
        {
            return File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None, bytes);
        }
        catch (IOException e) when (bytes > 0 && e.HResult == Unspecific)
        {
            throw new IOException(e.Message, e.Message.Contains("too large", StringComparison.Ordinal) ? TooLarge : NoSpace);
        }
    }

    /// <param name="e">What was thrown.</param>
    /// <param name="doing">A verb and object in the infinitive, such as <c>write oci:dir:tag</c>.</param>
    public static CofferException Of(Exception e, string doing) => e switch
    {
        IOException { HResult: NoSpace } => new($"cannot {doing}: no space left on the device", hint: "free some space; nothing of the image was left behind", inner: e),
        IOException { HResult: QuotaExceeded } => new($"cannot {doing}: the disk quota is used up", inner: e),
        IOException { HResult: ReadOnly } => new($"cannot {doing}: the file system is read-only", inner: e),
        IOException { HResult: TooLarge } => new($"cannot {doing}: the file would be larger than the file system or a limit allows", inner: e),
        UnauthorizedAccessException => new($"cannot {doing}: permission denied", hint: "check the owner and mode of the directory and files", inner: e),
        FileNotFoundException or DirectoryNotFoundException => new($"cannot {doing}: no such file or directory", inner: e),
        PathTooLongException => new($"cannot {doing}: the path is too long", inner: e),
        _ => new($"cannot {doing}: {Printable.Of(e.Message)}", inner: e),
    };
}
