using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Sources;

namespace Coffer.KeyProvider.Tests.Configuration;

/// <summary>A kind of source for tests of the reader alone: it has a folder and opens nothing.</summary>
internal sealed record TestSource(string Name, IReadOnlyList<string> KeyIds, string Directory, string? DefaultKey) : SourceSettings(Name, KeyIds)
{
    public static readonly SourceKind Kind = new("local", Read, (_, _) => throw new NotSupportedException());

    private static TestSource Read(ConfigSection section, string name, IReadOnlyList<string> keyIds) =>
        new(name, keyIds, section.RequiredFilePath("directory"), section.Text("defaultKey"));
}
