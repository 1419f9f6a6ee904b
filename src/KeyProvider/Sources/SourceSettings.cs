namespace Coffer.KeyProvider.Sources;

/// <summary>How a source is set up; each source has a record of its own.</summary>
/// <param name="Name">As it stands in the configuration.</param>
/// <param name="KeyIds">Prefixes of the key ids that it is asked for, such as <c>team-a</c> or <c>hsm/</c>; empty for all that no other source claims.</param>
public abstract record SourceSettings(string Name, IReadOnlyList<string> KeyIds)
{
    /// <summary>The <see cref="SourceKind.Type"/> that opens it.</summary>
    public abstract string Type { get; }
}
