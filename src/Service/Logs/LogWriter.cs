using System.Buffers;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Coffer.Service.Logs;

/// <summary>
/// Writes entries to a stream, in order, from a task of its own: a reader that stands still must not hold up calls. Where more lines wait
/// than fit, newer ones are dropped and counted. Disposal writes what still waits, for a bounded time.
/// </summary>
internal sealed class LogWriter : IAsyncDisposable
{
    private const int MostWaiting = 8192;
    private const int BatchBytes = 64 * 1024;
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly Channel<LogEntry> _entries = Channel.CreateBounded<LogEntry>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly LogSettings _settings;
    private readonly Stream _output;
    private readonly TimeProvider _time;
    private readonly bool _journal;
    private readonly Task _writing;
    private long _dropped;
    private long _told;

    /// <param name="settings">Form and least level.</param>
    /// <param name="output">Not disposed.</param>
    /// <param name="journal">Whether the journal reads the stream.</param>
    /// <param name="time">The clock.</param>
    public LogWriter(LogSettings settings, Stream output, bool journal, TimeProvider time)
    {
        (_settings, _output, _journal, _time) = (settings, output, journal, time);
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Lines that were dropped since the start.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public bool IsEnabled(LogLevel level) => level >= _settings.Level && level != LogLevel.None;

    /// <summary>Never waits and never throws.</summary>
    public void Write(LogLevel level, string what, params IReadOnlyList<(string Name, object? Value)> fields)
    {
        if (!IsEnabled(level)) return;
        if (!_entries.Writer.TryWrite(new LogEntry(_time.GetUtcNow(), level, what, fields))) Interlocked.Increment(ref _dropped);
    }

    /// <summary>Waits, for a bounded time, until what was said so far is written.</summary>
    public async Task FlushAsync()
    {
        var mark = new LogEntry(default, LogLevel.None, "", []) { Written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) };
        if (_entries.Writer.TryWrite(mark)) await Task.WhenAny(mark.Written.Task, Task.Delay(LastWords)).ConfigureAwait(false);
    }

    /// <summary>Something that the operator should mend.</summary>
    public void Warn(string message) => Write(LogLevel.Warning, "warning", ("message", message));

    public async ValueTask DisposeAsync()
    {
        _entries.Writer.TryComplete();
        await Task.WhenAny(_writing, Task.Delay(LastWords)).ConfigureAwait(false);
    }

    private async Task WriteAsync()
    {
        var batch = new ArrayBufferWriter<byte>();
        var marks = new List<TaskCompletionSource>();
        while (await _entries.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (batch.WrittenCount < BatchBytes && _entries.Reader.TryRead(out var entry))
            {
                if (entry.Written is { } mark) marks.Add(mark);
                else Form(entry, batch);
            }
            if (Dropped is var dropped && dropped != _told)
            {
                Form(new LogEntry(_time.GetUtcNow(), LogLevel.Warning, "log-dropped", [("lines", dropped - _told)]), batch);
                _told = dropped;
            }
            try
            {
                await _output.WriteAsync(batch.WrittenMemory).ConfigureAwait(false);
                await _output.FlushAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // Nobody reads any more: there is no one left to tell, and calls go on.
            }
            batch.ResetWrittenCount();
            foreach (var mark in marks) mark.TrySetResult();
            marks.Clear();
        }
    }

    private void Form(LogEntry entry, ArrayBufferWriter<byte> batch)
    {
        if (_settings.Json) LogForm.Json(entry, batch);
        else LogForm.Text(entry, batch, _journal);
    }
}
