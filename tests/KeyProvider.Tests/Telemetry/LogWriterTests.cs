using Coffer.KeyProvider.Configuration;
using Coffer.Service.Logs;
using Microsoft.Extensions.Logging;

namespace Coffer.KeyProvider.Tests.Telemetry;

public sealed class LogWriterTests
{
    [Fact]
    public async Task Reader_that_stands_still_holds_up_nobody_and_what_was_lost_is_told()
    {
        using var reader = new StandingStill();
        await using var log = new LogWriter(new LogSettings(), reader, journal: false, TimeProvider.System);
        log.Write(LogLevel.Information, "first");
        await reader.Reached;

        for (var i = 0; i < 20_000; i++) log.Write(LogLevel.Information, "more");
        Assert.InRange(log.Dropped, 10_000, 20_000);

        reader.Resume();
        await log.DisposeAsync();
        Assert.Contains($"warning log-dropped lines={log.Dropped}\n", reader.Text, StringComparison.Ordinal);
        Assert.Equal(20_001 - log.Dropped, reader.Text.Split('\n').Count(l => l.EndsWith(" more", StringComparison.Ordinal) || l.EndsWith(" first", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Reader_that_went_away_is_no_failure()
    {
        using var gone = new Gone();
        await using var log = new LogWriter(new LogSettings(), gone, journal: false, TimeProvider.System);
        log.Write(LogLevel.Error, "one");
        await gone.Tried;
        log.Write(LogLevel.Error, "two");
    }

    [Fact]
    public async Task Lines_of_many_threads_stay_whole()
    {
        using var output = new MemoryStream();
        await using (var log = new LogWriter(new LogSettings(Json: true), output, journal: false, TimeProvider.System))
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(t => Task.Run(() =>
            {
                for (var i = 0; i < 500; i++) log.Write(LogLevel.Information, "line", ("thread", t), ("text", new string('x', t * 10)));
            })));
        }
        var lines = System.Text.Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4000, lines.Length);
        foreach (var line in lines) System.Text.Json.JsonDocument.Parse(line).Dispose();
    }

    private sealed class StandingStill : MemoryStream
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task;

        public string Text => System.Text.Encoding.UTF8.GetString(ToArray());

        public void Resume() => _go.TrySetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _reached.TrySetResult();
            await _go.Task;
            Write(buffer.Span);
        }
    }

    private sealed class Gone : MemoryStream
    {
        private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Tried => _tried.Task;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _tried.TrySetResult();
            throw new IOException("broken pipe");
        }
    }
}
