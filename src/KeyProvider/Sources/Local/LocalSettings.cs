using Coffer.KeyProvider.Configuration;

namespace Coffer.KeyProvider.Sources.Local;

/// <summary>A directory of key files.</summary>
/// <param name="Name">As it stands in the configuration.</param>
/// <param name="KeyIds">See <see cref="SourceSettings"/>.</param>
/// <param name="Directory">Its path.</param>
/// <param name="DefaultKey">The id of the key that wraps where the caller names none; null for the only one.</param>
/// <param name="GroupMayRead">Whether the files' group may read them, as Kubernetes' <c>fsGroup</c> sets it up.</param>
public sealed record LocalSettings(string Name, IReadOnlyList<string> KeyIds, string Directory, string? DefaultKey = null, bool GroupMayRead = false)
    : SourceSettings(Name, KeyIds)
{
    /// <summary>Where keys are looked for when nothing says otherwise.</summary>
    public const string DefaultDirectory = "/etc/coffer/keys";

    /// <summary>The <c>type</c> in the configuration.</summary>
    public const string TypeName = "local";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>Reads the section; what is wrong with it is reported to the section itself.</summary>
    internal static LocalSettings Read(ConfigSection section, string name, IReadOnlyList<string> keyIds)
    {
        var directory = section.FilePath("directory") ?? DefaultDirectory;
        var defaultKey = section.Text("defaultKey");
        if (defaultKey is not null && !VersionedKeyName.IsId(defaultKey)) section.Problem("defaultKey", "is no key id (1 to 128 of A-Z a-z 0-9 . _ -, not beginning with a dot)");
        return new LocalSettings(name, keyIds, directory, defaultKey, section.Flag("groupMayRead"));
    }
}
