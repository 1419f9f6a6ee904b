namespace Coffer.Cli.Doctor;

/// <summary>Versions of Debian packages, from dpkg's own list: no program is started for them.</summary>
internal static class InstalledPackages
{
    private const string List = "/var/lib/dpkg/status";

    /// <summary>Major and minor version of the first of the packages that is installed; null where none is, or dpkg is not used.</summary>
    public static (string Package, Version Version)? Find(Installation installation, params ReadOnlySpan<string> names)
    {
        if (!installation.HasFile(List)) return null;
        var (package, isInstalled) = ("", false);
        foreach (var line in Lines(installation))
        {
            if (line.StartsWith("Package: ", StringComparison.Ordinal)) (package, isInstalled) = (line[9..], false);
            else if (line == "Status: install ok installed") isInstalled = true;
            else if (isInstalled && line.StartsWith("Version: ", StringComparison.Ordinal) && names.Contains(package) && Parse(line[9..]) is { } version) return (package, version);
        }
        return null;
    }

    // dpkg's list has some MiB: it is read by lines.
    private static IEnumerable<string> Lines(Installation installation)
    {
        try
        {
            return File.ReadLines(installation.At(List));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // EPOCH:MAJOR.MINOR.PATCH~ds1-REVISION
    private static Version? Parse(string text)
    {
        var upstream = text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var numbers = string.Concat(upstream.TakeWhile(c => char.IsAsciiDigit(c) || c == '.'));
        return Version.TryParse(numbers.TrimEnd('.'), out var version) ? version : null;
    }
}
