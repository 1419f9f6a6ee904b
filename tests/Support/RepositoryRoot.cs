namespace Coffer.Support;

/// <summary>The checkout that the running tests were built from.</summary>
public static class RepositoryRoot
{
    private static readonly Lazy<string> Found = new(Find);

    /// <summary>Absolute path of the folder that holds <c>Coffer.slnx</c>, without a trailing slash.</summary>
    public static string Directory => Found.Value;

    /// <summary>Joins the parts to the checkout's root.</summary>
    public static string Combine(params string[] parts) => Path.Combine([Directory, .. parts]);

    private static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Coffer.slnx")))
                return at.FullName;
        throw new InvalidOperationException($"no Coffer.slnx above {AppContext.BaseDirectory}: run the tests from a checkout");
    }
}
