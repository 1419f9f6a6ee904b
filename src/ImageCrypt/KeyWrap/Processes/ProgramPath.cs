namespace Coffer.ImageCrypt.KeyWrap.Processes;

/// <summary>
/// Where a program is. The search is ours because the platform's looks into the working directory before PATH,
/// where an unpacked archive could leave a program of the same name.
/// </summary>
internal static class ProgramPath
{
    /// <summary>A name without a slash is looked up in PATH; anything else is taken as it is. Null if nothing executable is there.</summary>
    public static string? Find(string program, string? searchPath)
    {
        if (program.Length == 0) return null;
        if (program.Contains('/', StringComparison.Ordinal)) return IsExecutable(program) ? Path.GetFullPath(program) : null;
        return (searchPath ?? "")
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathRooted)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(IsExecutable);
    }

    private static bool IsExecutable(string path) =>
        File.Exists(path)
        && (OperatingSystem.IsWindows()
            || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
