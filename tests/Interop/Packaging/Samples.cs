using Coffer.Support;

namespace Coffer.Interop.Packaging;

/// <summary>The files in <c>ocicrypt-config</c>.</summary>
internal static class Samples
{
    public static string Path(params string[] parts) => RepositoryRoot.Combine(["ocicrypt-config", .. parts]);

    public static string Text(params string[] parts) => File.ReadAllText(Path(parts));
}
