namespace Coffer.KeyBroker.Telemetry;

/// <summary>What the store held when it was last looked at.</summary>
/// <param name="Sessions">Open sessions.</param>
/// <param name="Hosts">How many hosts there are in each state, by its word.</param>
/// <param name="AuditSequence">The newest entry of this broker's chain; 0 before the first.</param>
/// <param name="AuditTime">When that was written; null before the first.</param>
/// <param name="TokenKeyBegan">From when on the key signs that signs tokens now; null before there is one.</param>
internal sealed record BrokerFigures(
    long Sessions, IReadOnlyDictionary<string, long> Hosts, long AuditSequence, DateTimeOffset? AuditTime, DateTimeOffset? TokenKeyBegan);
