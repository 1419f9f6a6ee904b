using Coffer.Oci;
using Coffer.Service.Files;

namespace Coffer.KeyProvider.Sources.Local;

/// <summary>A directory of key files, read as a whole: either every key file in it can be used, or all that is wrong is said together.</summary>
public static class KeyDirectory
{
    /// <summary>Most key files of a directory.</summary>
    public const int MostKeys = 10_000;

    private const int MostEntries = 100_000;
    private const int MostProblemsShown = 20;

    /// <summary>Reads all keys; the caller disposes each.</summary>
    /// <param name="path">Of the directory; relative to the working directory.</param>
    /// <param name="groupMayRead">Whether the files' group may read them.</param>
    /// <exception cref="CofferException">What is wrong with the directory or its files, each named.</exception>
    public static IReadOnlyList<LocalKey> Read(string path, bool groupMayRead = false)
    {
        var problems = new List<string>();
        var keys = new List<LocalKey>();
        try
        {
            if (KeyDirectoryPath.Check(path, problems) is { } real) ReadFiles(new SecureFile(real, groupMayRead), path, FileNames(real, path, problems), keys, problems);
            FindDoubles(keys, path, problems);
            if (problems.Count > 0) throw new BrokenKeyDirectoryException(path, problems, MostProblemsShown);
            return keys;
        }
        catch
        {
            foreach (var key in keys) key.Dispose();
            throw;
        }
    }

    private static List<string> FileNames(string real, string path, List<string> problems)
    {
        var names = new List<string>();
        try
        {
            var entries = 0;
            foreach (var entry in Directory.EnumerateFileSystemEntries(real))
            {
                if (KeyFileName.IsMeant(Path.GetFileName(entry))) names.Add(Path.GetFileName(entry));
                if (names.Count <= MostKeys && ++entries <= MostEntries) continue;
                problems.Add($"{Printable.Of(path)} has more than {MostKeys} key files or {MostEntries} entries");
                return [];
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{Printable.Of(path)} cannot be listed by user {FileFacts.CurrentUser}");
        }
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    private static void ReadFiles(SecureFile files, string path, List<string> names, List<LocalKey> keys, List<string> problems)
    {
        foreach (var file in names)
        {
            var shown = Printable.Of(Path.Combine(path, file), 512);
            if (KeyFileName.Parse(file) is not { } name)
            {
                problems.Add($"{shown} is not called ID.VERSION{KeyFileName.PlainEnding} or ID.VERSION{KeyFileName.JwkEnding}, such as team-a.1.key");
                continue;
            }
            try
            {
                var (content, written) = files.Read(Path.Combine(path, file));
                keys.Add(new LocalKey(name, content.Form, content.ForeignKid, written, content.Key));
                if (!KeyFileName.Fits(file, content.Form)) problems.Add($"{shown} holds a key as {content.Form.ToString().ToLowerInvariant()}, which a file of that ending must not");
            }
            catch (FormatException e)
            {
                problems.Add($"{shown} {e.Message}");
            }
        }
    }

    private static void FindDoubles(List<LocalKey> keys, string path, List<string> problems)
    {
        foreach (var same in keys.GroupBy(k => k.Name).Where(g => g.Count() > 1)) problems.Add($"{Printable.Of(path)} has {same.Key} twice, as .key and as .jwk");
        foreach (var same in keys.Where(k => k.ForeignKid is not null).GroupBy(k => k.ForeignKid).Where(g => g.Count() > 1))
        {
            problems.Add($"{Printable.Of(path)} has the kid '{Printable.Of(same.Key)}' in more than one file: {string.Join(", ", same.Select(k => k.Name))}");
        }
    }
}
