using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.GoldenVectors;

/// <summary>Where the vectors and their throw-away keys are.</summary>
internal static class VectorFolder
{
    public static string Path { get; } = RepositoryRoot.Combine("tests", "testdata", "vectors");

    public static string Keys { get; } = System.IO.Path.Combine(Path, "keys");

    /// <summary>The names of all vectors, without their ending.</summary>
    public static IReadOnlyList<string> Names =>
        [.. Directory.GetFiles(Path, "*.vec").Select(f => System.IO.Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    public static string File(string name) => System.IO.Path.Combine(Path, name + ".vec");

    public static string Key(string name) => System.IO.Path.Combine(Keys, name);

    public static Vector Read(string name) => Vector.Parse(System.IO.File.ReadAllText(File(name)));
}
