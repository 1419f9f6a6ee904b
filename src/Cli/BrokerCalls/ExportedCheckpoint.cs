namespace Coffer.Cli.BrokerCalls;

/// <summary>A checkpoint as a broker answered it.</summary>
/// <param name="Line">The line of an export.</param>
/// <param name="Number">Its number.</param>
/// <param name="Time">When it was signed.</param>
/// <param name="Heads">Where each chain ends, by writer.</param>
internal sealed record ExportedCheckpoint(string Line, long Number, DateTimeOffset Time, IReadOnlyDictionary<string, long> Heads);
