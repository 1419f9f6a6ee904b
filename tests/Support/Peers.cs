namespace Coffer.Support;

/// <summary>
/// The real programs that tests hold the product against. Those whose version matters are wrappers in
/// <c>artifacts/peers</c>, written by <c>scripts/install-peers</c>; the rest come from PATH.
/// </summary>
public static class Peers
{
    // PATH has these names too, but another version of them stands behind it.
    private static readonly string[] WrappersOnly = ["skopeo", "buildah", "skopeo-1.9", "buildah-1.28"];

    /// <summary>Folder of the wrappers; it need not exist.</summary>
    public static string Directory => RepositoryRoot.Combine("artifacts", "peers");

    /// <summary>Absolute path of the peer, or null when it is not installed.</summary>
    public static string? Find(string name)
    {
        var wrapper = Path.Combine(Directory, name);
        if (File.Exists(wrapper))
            return wrapper;
        return WrappersOnly.Contains(name) ? null : OnPath(name);
    }

    /// <summary>Absolute path of the peer; when it is missing the test fails in CI and is skipped elsewhere.</summary>
    public static string Require(string name) =>
        Missing.Require(Find(name), $"the peer '{name}'", "run scripts/install-peers");

    /// <summary>Runs the peer (or fails or skips when it is missing) and returns what it said, whatever its exit status.</summary>
    public static Task<ToolResult> RunAsync(string name, params string[] arguments) =>
        Tool.RunAsync(Require(name), arguments);

    private static string? OnPath(string name)
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? string.Empty;
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/sbin", "/sbin"])
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }
}
