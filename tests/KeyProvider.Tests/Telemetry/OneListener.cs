namespace Coffer.KeyProvider.Tests.Telemetry;

/// <summary>Who listens to the spans of a process hears those of all its calls: nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneListener
{
    public const string Name = "one listener to spans, alone";
}
