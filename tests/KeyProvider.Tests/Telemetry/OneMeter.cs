namespace Coffer.KeyProvider.Tests.Telemetry;

/// <summary>A process has one meter of our name, and pushes find it by that: tests that make one take turns.</summary>
[CollectionDefinition(Name)]
public sealed class OneMeter
{
    public const string Name = "one meter at a time";
}
