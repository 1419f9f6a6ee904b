using System.Runtime.InteropServices;

namespace Coffer.Pkcs11.Configuration;

/// <summary>
/// Which PKCS #11 modules may be loaded and where they are looked for: the <c>pkcs11</c> part of ocicrypt's configuration file.
/// Immutable.
/// </summary>
public sealed class OcicryptConfig
{
    private const string FileName = "ocicrypt.conf";
    private const int MaximumEntries = 256;

    private OcicryptConfig(string origin, IReadOnlyList<string> directories, IReadOnlyList<string> allowed)
    {
        Origin = origin;
        ModuleDirectories = directories;
        AllowedModulePaths = allowed;
    }

    /// <summary>Where this comes from, for messages: a path, or <c>the built-in defaults</c>.</summary>
    public string Origin { get; }

    /// <summary>Directories in which a module is looked for by name; their subdirectories are not.</summary>
    public IReadOnlyList<string> ModuleDirectories { get; }

    /// <summary>Modules that may be loaded. An entry that ends in a slash allows the files of that directory, not of its subdirectories.</summary>
    public IReadOnlyList<string> AllowedModulePaths { get; }

    /// <summary>The directories of the common distributions, all of them allowed.</summary>
    public static OcicryptConfig BuiltIn { get; } = MakeBuiltIn();

    /// <summary>
    /// Finds the configuration as ocicrypt does: <c>OCICRYPT_CONFIG</c> (<c>internal</c> for the built-in one, or a path), then
    /// <c>$XDG_CONFIG_HOME/ocicrypt.conf</c>, <c>$HOME/.config/ocicrypt.conf</c>, <c>/etc/ocicrypt.conf</c>, then the built-in one.
    /// </summary>
    /// <param name="environment">Reads an environment variable; null when it is not set.</param>
    /// <exception cref="Pkcs11Exception">A file is there and cannot be used, or OCICRYPT_CONFIG names none.</exception>
    public static OcicryptConfig Find(Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var named = environment("OCICRYPT_CONFIG");
        if (named == "internal")
            return BuiltIn;
        if (!string.IsNullOrEmpty(named))
        {
            return TryLoad(named) ?? throw new Pkcs11Exception($"OCICRYPT_CONFIG names {named}, which does not exist",
                "mend the path, or set OCICRYPT_CONFIG=internal for the built-in module directories");
        }
        foreach (var directory in new[] { environment("XDG_CONFIG_HOME"), Below(environment("HOME"), ".config"), "/etc" })
        {
            if (!string.IsNullOrEmpty(directory) && TryLoad(Path.Combine(directory, FileName)) is { } found)
                return found;
        }
        return BuiltIn;
    }

    /// <summary>Reads the text of a configuration file.</summary>
    /// <param name="text">YAML: <c>pkcs11: { module-directories: [...], allowed-module-paths: [...] }</c>.</param>
    /// <param name="origin">The file's name, for messages.</param>
    /// <exception cref="Pkcs11Exception">It is no YAML of that shape.</exception>
    public static OcicryptConfig Parse(string text, string origin)
    {
        ArgumentNullException.ThrowIfNull(text);
        var pkcs11 = YamlText.Read(text, origin).Member("pkcs11", origin);
        return new OcicryptConfig(origin, Paths(pkcs11, "module-directories", origin), Paths(pkcs11, "allowed-module-paths", origin));
    }

    internal bool Allows(string path)
    {
        foreach (var entry in AllowedModulePaths)
        {
            if (string.Equals(entry, path, StringComparison.Ordinal))
                return true;
            if (entry.EndsWith('/') && path.StartsWith(entry, StringComparison.Ordinal) && path.IndexOf('/', entry.Length) < 0)
                return true;
        }
        return false;
    }

    private static OcicryptConfig? TryLoad(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            using var reader = new StreamReader(file);
            var buffer = new char[YamlText.MaximumLength + 1];
            return Parse(new string(buffer, 0, reader.ReadBlock(buffer)), path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Pkcs11Exception($"the ocicrypt configuration {path} cannot be read", null, e);
        }
    }

    private static List<string> Paths(YamlNode? pkcs11, string name, string origin)
    {
        var paths = new List<string>();
        if (pkcs11?.Member(name, $"pkcs11 in {origin}") is not { } node)
            return paths;
        if (node.List is null || node.List.Count > MaximumEntries)
            throw new Pkcs11Exception($"pkcs11.{name} in {origin} is not a list of at most {MaximumEntries} paths");
        foreach (var item in node.List)
        {
            if (item.Scalar is not { Length: > 0 } path || path[0] != '/')
                throw new Pkcs11Exception($"pkcs11.{name} in {origin} has an entry that is not an absolute path");
            paths.Add(path);
        }
        return paths;
    }

    private static string? Below(string? directory, string name) => string.IsNullOrEmpty(directory) ? null : Path.Combine(directory, name);

    private static OcicryptConfig MakeBuiltIn()
    {
        var machine = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64";
        string[] directories =
        [
            "/usr/lib64/pkcs11/",
            "/usr/lib/pkcs11/",
            "/usr/local/lib/pkcs11/",
            "/usr/lib/softhsm/",
            $"/usr/lib/{machine}-linux-gnu/",
            $"/usr/lib/{machine}-linux-gnu/pkcs11/",
            $"/usr/lib/{machine}-linux-gnu/softhsm/",
        ];
        return new OcicryptConfig("the built-in defaults", directories, directories);
    }
}
