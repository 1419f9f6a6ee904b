using System.Text;
using Coffer.KeyProvider.Configuration;
using Coffer.Service.Logs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.KeyProvider.Tests.Telemetry;

/// <summary>What a log has written by the time it is disposed, at half past ten on a fixed day.</summary>
internal static class WrittenLog
{
    public static async Task<string[]> Of(Action<LogWriter> write, bool json = false, LogLevel level = LogLevel.Information, bool journal = false)
    {
        using var output = new MemoryStream();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 5, 4, 10, 30, 0, 125, TimeSpan.Zero));
        await using (var log = new LogWriter(new LogSettings(json, level), output, journal, time)) write(log);
        var text = Encoding.UTF8.GetString(output.ToArray());
        Assert.True(text.Length == 0 || text.EndsWith('\n'));
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
