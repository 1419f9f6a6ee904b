using Microsoft.Extensions.Logging;

namespace Coffer.Service.Logs;

/// <summary>The web server's own warnings and errors, as lines of our log. Exceptions are named by type: their text may quote a request.</summary>
internal sealed class FrameworkLog(LogWriter log) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Category(log, categoryName);

    public void Dispose()
    {
        // The writer is another's.
    }

    private sealed class Category(LogWriter log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning && log.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) log.Write(logLevel, "server", ("category", name), ("message", formatter(state, null)), ("fault", exception?.GetType().FullName));
        }
    }
}
