namespace Coffer.KeyBroker.Audit.Offline;

/// <summary>What holds of an exported audit.</summary>
/// <param name="Entries">How many entries were checked.</param>
/// <param name="Chains">How many chains they are of.</param>
/// <param name="From">The checkpoint behind which they begin; 0 for the beginning.</param>
/// <param name="To">The last checkpoint.</param>
/// <param name="Time">When that was signed.</param>
public sealed record OfflineAuditResult(long Entries, int Chains, long From, long To, DateTimeOffset Time);
