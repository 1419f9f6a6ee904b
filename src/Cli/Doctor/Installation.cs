using Coffer.Oci;

namespace Coffer.Cli.Doctor;

/// <summary>The machine that is looked at, or a root file system of one that does not run.</summary>
/// <param name="root">What stands before every absolute path; <c>/</c> for this machine.</param>
/// <param name="environment">Gives the value of an environment variable, null where it is not set.</param>
/// <param name="time">The clock that is looked at.</param>
internal sealed class Installation(string root, Func<string, string?> environment, TimeProvider time)
{
    private const int MostBytes = 1024 * 1024;
    private const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public TimeProvider Time => time;

    public string? Variable(string name) => environment(name) is { Length: > 0 } value ? value : null;

    /// <summary>Where an absolute path of that machine is on this one.</summary>
    public string At(string path) => root == "/" ? path : Path.Join(root, path);

    public bool HasFile(string path) => File.Exists(At(path));

    public bool HasFolder(string path) => Directory.Exists(At(path));

    /// <summary>The path as that machine has it.</summary>
    public string Named(string at) => root == "/" ? at : "/" + Path.GetRelativePath(root, at);

    /// <summary>The text of a small file; null where there is none.</summary>
    /// <exception cref="CofferException">It cannot be read, or is no small file.</exception>
    public string? Text(string path)
    {
        try
        {
            var file = new FileInfo(At(path));
            if (!file.Exists) return null;
            return file.Length <= MostBytes ? File.ReadAllText(file.FullName) : throw new CofferException($"{Printable.Of(path)} is larger than {MostBytes} bytes");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CofferException($"{Printable.Of(path)} cannot be read: {Printable.Of(e.Message)}", inner: e);
        }
    }

    /// <summary>The files of a folder that match, by name in ordinal order; none where there is no such folder.</summary>
    public IReadOnlyList<string> Files(string folder, string pattern)
    {
        try
        {
            return HasFolder(folder) ? [.. Directory.EnumerateFiles(At(folder), pattern).Select(Named).Order(StringComparer.Ordinal)] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Where a program of that name is; null where nothing executable is.</summary>
    public string? Program(string name) => name.Contains('/', StringComparison.Ordinal)
        ? IsExecutable(name) ? name : null
        : SearchPath.Split(':').Select(folder => $"{folder}/{name}").FirstOrDefault(IsExecutable);

    /// <summary>The mode of a file or folder; null where it cannot be known.</summary>
    public UnixFileMode? Mode(string path)
    {
        try
        {
            return Path.Exists(At(path)) ? File.GetUnixFileMode(At(path)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private bool IsExecutable(string path) =>
        HasFile(path) && Mode(path) is { } mode && (mode & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
}
