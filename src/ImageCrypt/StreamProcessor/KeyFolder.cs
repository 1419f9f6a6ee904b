using Coffer.Oci;

namespace Coffer.ImageCrypt.StreamProcessor;

/// <summary>
/// The files of a node's key folder, its sub-folders included. Symbolic links are followed, because Kubernetes mounts
/// secrets through them; a file that several names lead to counts once.
/// </summary>
public static class KeyFolder
{
    /// <summary>Most files that are looked at.</summary>
    public const int MostFiles = 512;

    private const int Deepest = 8;

    /// <summary>The key files, by path in ordinal order; none of them was opened.</summary>
    /// <param name="folder">May be absent: a node may live by its providers alone.</param>
    /// <param name="note">Takes one line on what is left out.</param>
    public static IReadOnlyList<string> List(string folder, Action<string> note)
    {
        if (!Directory.Exists(folder))
        {
            note($"key folder '{Printable.Of(folder)}' does not exist or cannot be reached");
            return [];
        }
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        Walk(folder, 0, files, note);
        return [.. files.Values.Order(StringComparer.Ordinal)];
    }

    private static void Walk(string folder, int depth, Dictionary<string, string> files, Action<string> note)
    {
        foreach (var path in Entries(folder, note))
        {
            // Kubernetes keeps the versions of a secret in names of this form, beside the links that show the current one.
            if (Path.GetFileName(path).StartsWith("..", StringComparison.Ordinal)) continue;
            if (Directory.Exists(path))
            {
                if (depth < Deepest) Walk(path, depth + 1, files, note);
                else note($"key folder '{Printable.Of(path)}' lies deeper than the {Deepest} levels that are read");
                continue;
            }
            if (Target(path, note) is not { } target || files.ContainsKey(target)) continue;
            if (files.Count == MostFiles)
            {
                note($"key folder '{Printable.Of(folder)}' has more than the {MostFiles} files that are read");
                return;
            }
            files.Add(target, path);
        }
    }

    private static List<string> Entries(string folder, Action<string> note)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(folder).Take(MostFiles + 1).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            note($"key folder '{Printable.Of(folder)}' cannot be read: {Printable.Of(e.Message)}");
            return [];
        }
    }

    // A FIFO or a socket has no length, and opening one would wait for whoever is to write.
    private static string? Target(string path, Action<string> note)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target) file = target;
            if (file.Exists && file.Length > 0) return file.FullName;
            note($"key file '{Printable.Of(path)}' {(file.Exists ? "is empty or no file" : "leads nowhere")}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            note($"key file '{Printable.Of(path)}' cannot be read: {Printable.Of(e.Message)}");
        }
        return null;
    }
}
