namespace Coffer.KeyBroker.Hosting;

/// <summary>What a backup, or a restore from it, came to.</summary>
/// <param name="File">The backup.</param>
/// <param name="Records">How many records it has.</param>
/// <param name="Bytes">Its size.</param>
public sealed record BackupFacts(string File, long Records, long Bytes);
