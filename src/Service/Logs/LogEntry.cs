using Microsoft.Extensions.Logging;

namespace Coffer.Service.Logs;

/// <summary>One line of log before it has a form.</summary>
/// <param name="Time">When it happened.</param>
/// <param name="Level">From <see cref="LogLevel.Debug"/> to <see cref="LogLevel.Critical"/>.</param>
/// <param name="Event">What happened, in one word of ours.</param>
/// <param name="Fields">Name and value: text, a number, or null to leave the field out. Texts may come from outside.</param>
internal sealed record LogEntry(DateTimeOffset Time, LogLevel Level, string Event, IReadOnlyList<(string Name, object? Value)> Fields)
{
    /// <summary>Completed once everything before it was written; such an entry is no line itself.</summary>
    public TaskCompletionSource? Written { get; init; }

    /// <summary>The level as both forms write it.</summary>
    public string LevelName => Level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        _ => "error",
    };

    /// <summary>The level as syslog and the journal number it.</summary>
    public int Priority => Level switch
    {
        LogLevel.Trace or LogLevel.Debug => 7,
        LogLevel.Information => 6,
        LogLevel.Warning => 4,
        _ => 3,
    };
}
