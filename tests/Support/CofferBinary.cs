namespace Coffer.Support;

/// <summary>The published executable, as a user gets it.</summary>
public static class CofferBinary
{
    /// <summary>
    /// Absolute path of <c>artifacts/bin/coffer</c>, or of what <c>COFFER_BINARY</c> names; null when it was not built.
    /// </summary>
    public static string? Find()
    {
        var named = Environment.GetEnvironmentVariable("COFFER_BINARY");
        var path = string.IsNullOrEmpty(named) ? RepositoryRoot.Combine("artifacts", "bin", "coffer") : Path.GetFullPath(named);
        return File.Exists(path) ? path : null;
    }

    /// <summary>Path of the executable; when it is missing the test fails in CI and is skipped elsewhere.</summary>
    public static string Require() => Missing.Require(Find(), "artifacts/bin/coffer", "run scripts/build");

    /// <summary>Runs the executable and returns what it said, whatever its exit status.</summary>
    public static Task<ToolResult> RunAsync(params string[] arguments) => Tool.RunAsync(Require(), arguments);

    /// <summary>Runs the executable with environment, input or a time limit of its own.</summary>
    public static Task<ToolResult> RunAsync(ToolOptions options, params string[] arguments) =>
        Tool.RunAsync(Require(), arguments, options);
}
