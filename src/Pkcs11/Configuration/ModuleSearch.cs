namespace Coffer.Pkcs11.Configuration;

/// <summary>From a URI's module-path and module-name to the path of a module that may be loaded, by ocicrypt's rules.</summary>
internal static class ModuleSearch
{
    /// <exception cref="Pkcs11Exception">There is none, or the configuration does not allow it.</exception>
    public static string Find(Pkcs11Uri uri, OcicryptConfig config)
    {
        IReadOnlyList<string> directories = config.ModuleDirectories;
        if (uri.ModulePath is { } given)
        {
            var path = Path.GetFullPath(given); // a ".." must not lead out of an allowed directory
            if (File.Exists(path))
                return config.Allows(path) ? path : throw Refused(path, config);
            if (!Directory.Exists(path))
                throw new Pkcs11Exception($"module-path {path} of the pkcs11 URI does not exist");
            directories = [path];
        }
        if (uri.ModuleName is not { } name)
        {
            throw new Pkcs11Exception("the pkcs11 URI does not say which module to load",
                "add module-name=softhsm2 or module-path=/usr/lib/... after a question mark");
        }
        string? refused = null;
        foreach (var path in directories.SelectMany(Files))
        {
            if (!Matches(Path.GetFileName(path), name))
                continue;
            if (config.Allows(path))
                return path;
            refused ??= path;
        }
        throw refused is not null
            ? Refused(refused, config)
            : new Pkcs11Exception($"no PKCS #11 module named '{name}' was found",
                directories.Count == 0
                    ? $"{config.Origin} has no pkcs11.module-directories; add some or use module-path"
                    : $"looked in {string.Join(", ", directories)} ({config.Origin})");
    }

    /// <summary>
    /// Whether the file's name holds the module's, in any case, up to its end or a dot: <c>softhsm2</c> finds
    /// <c>libsofthsm2.so</c>, <c>softhsm</c> does not.
    /// </summary>
    internal static bool Matches(string fileName, string moduleName)
    {
        for (var start = 0; start <= fileName.Length - moduleName.Length; start++)
        {
            start = fileName.IndexOf(moduleName, start, StringComparison.OrdinalIgnoreCase);
            if (start < 0)
                return false;
            var end = start + moduleName.Length;
            if (end == fileName.Length || fileName[end] == '.')
                return true;
        }
        return false;
    }

    private static IEnumerable<string> Files(string directory)
    {
        try
        {
            return Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal).ToList();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // most of the usual directories do not exist on any one machine
        }
    }

    private static Pkcs11Exception Refused(string path, OcicryptConfig config) =>
        new($"the PKCS #11 module {path} is not among the allowed modules of {config.Origin}",
            "add it to pkcs11.allowed-module-paths of the ocicrypt configuration");
}
