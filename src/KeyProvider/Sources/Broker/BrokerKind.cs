namespace Coffer.KeyProvider.Sources.Broker;

/// <summary>How the broker source is configured and opened.</summary>
internal static class BrokerKind
{
    /// <summary>The line for <see cref="SourceKinds"/>.</summary>
    public static SourceKind Kind { get; } = new(
        BrokerSettings.TypeName, BrokerSettings.Read, (settings, _) => ValueTask.FromResult<IKeySource>(BrokerSource.Open((BrokerSettings)settings, TimeProvider.System)));
}
