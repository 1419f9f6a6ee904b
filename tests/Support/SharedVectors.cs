using Xunit;

namespace Coffer.Support;

/// <summary>Field vectors that live beside the checkout and are never copied into it.</summary>
public static class SharedVectors
{
    /// <summary>The folder <c>../shared</c> beside the checkout, or what <c>COFFER_SHARED</c> names; null when absent.</summary>
    public static string? Find()
    {
        var named = Environment.GetEnvironmentVariable("COFFER_SHARED");
        var path = string.IsNullOrEmpty(named) ? RepositoryRoot.Combine("..", "shared") : named;
        return Directory.Exists(path) ? Path.GetFullPath(path) : null;
    }

    /// <summary>
    /// Path of a file below <c>shared/vectors</c>. Skips the running test, in CI too, when it is not there:
    /// a fresh clone has no such folder.
    /// </summary>
    public static string Require(params string[] parts)
    {
        var root = Find();
        var path = root is null ? null : Path.Combine([root, "vectors", .. parts]);
        Assert.SkipWhen(path is null || !File.Exists(path), $"field vectors {string.Join('/', parts)} are not beside the checkout");
        return path!;
    }
}
