using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Sources;

namespace Coffer.KeyProvider.Tests.Configuration;

/// <summary>A kind of source for tests of the reader alone: it has a folder and opens nothing.</summary>
internal sealed record TestSource(string Name, IReadOnlyList<string> KeyIds, string Directory, string? DefaultKey) : SourceSettings(Name, KeyIds)
{
    public const string TypeName = "local";

    public static readonly SourceKind Kind = new(TypeName, Read, (_, _) => throw new NotSupportedException());

    public override string Type => TypeName;

    private static TestSource Read(ConfigSection section, string name, IReadOnlyList<string> keyIds) =>
        new(name, keyIds, section.RequiredFilePath("directory"), section.Text("defaultKey"));
}
