namespace Coffer.KeyProvider.Configuration;

/// <summary>The daemon's bounds.</summary>
/// <param name="MessageBytes">Largest request, at most 4 MiB.</param>
/// <param name="ConcurrentCalls">Calls worked on at once.</param>
/// <param name="QueuedCalls">Calls that wait beyond those; more are refused at once.</param>
/// <param name="Connections">Open connections.</param>
/// <param name="DrainSeconds">How long calls under way may take to end when the daemon is told to stop.</param>
public sealed record LimitSettings(int MessageBytes = 4 * 1024 * 1024, int ConcurrentCalls = 64, int QueuedCalls = 512, int Connections = 1024, int DrainSeconds = 20);
