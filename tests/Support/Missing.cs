using Xunit;

namespace Coffer.Support;

/// <summary>The one rule for something that a test needs and that is not there.</summary>
public static class Missing
{
    /// <summary>True where nothing may be skipped for want of a peer (environment variable <c>CI</c> is <c>true</c>).</summary>
    public static bool IsFailure =>
        string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Returns <paramref name="path"/> when it is known; otherwise fails the running test in CI and skips it elsewhere,
    /// naming what is missing and how to get it.
    /// </summary>
    public static string Require(string? path, string what, string remedy)
    {
        if (path is not null)
            return path;
        var reason = $"{what} is missing: {remedy}";
        if (IsFailure)
            Assert.Fail(reason);
        Assert.Skip(reason);
        return string.Empty; // not reached: both calls throw
    }
}
