namespace Coffer.KeyProvider.Sources.Local;

/// <summary>How the local source is configured and opened.</summary>
internal static class LocalKind
{
    /// <summary>The line for <see cref="SourceKinds"/>.</summary>
    public static SourceKind Kind { get; } = new(LocalSettings.TypeName, LocalSettings.Read, (settings, _) => ValueTask.FromResult<IKeySource>(LocalSource.Open((LocalSettings)settings)));
}
