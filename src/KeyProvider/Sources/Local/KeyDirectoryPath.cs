using Coffer.KeyProvider.Files;
using Coffer.Oci;
using Coffer.Service.Files;

namespace Coffer.KeyProvider.Sources.Local;

/// <summary>The directory itself: where it really is, and that nobody else can put keys into it.</summary>
internal static class KeyDirectoryPath
{
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>The path with every link resolved.</summary>
    /// <param name="path">As configured.</param>
    /// <param name="problems">Takes what is wrong with it.</param>
    /// <returns>Null where it cannot be used at all.</returns>
    public static string? Check(string path, List<string> problems)
    {
        if (ResolvedPath.Of(path) is not { } real || FileFacts.Of(real) is not { } facts)
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
}
