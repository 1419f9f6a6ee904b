using Coffer.Cli.Progress;
using Coffer.Cli.Terminal;
using Coffer.Oci;

namespace Coffer.Cli.Tests;

public sealed class BarReporterTests
{
    private static readonly Descriptor Layer = new(MediaTypes.OciLayer, Digest.Of([1]), 1000);

    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(300)]
    public void No_line_is_wider_than_the_terminal(int width)
    {
        foreach (var done in (long[])[0, 1, 500, 1000, 2000, long.MaxValue / 4])
            Assert.InRange(BarLine.Of("encrypting 0123456789ab", done, 1000, TimeSpan.FromSeconds(1), width).Length, 1, width);
    }

    [Fact]
    public void Line_gives_share_rate_and_time_left() =>
        Assert.Equal("total                    [==========          ]  50%  512 B/1.0 KiB  256 B/s  0:02", BarLine.Of("total", 512, 1024, TimeSpan.FromSeconds(2), 82));

    [Fact]
    public void Draws_at_most_ten_times_a_second_and_never_more_rows_than_fit()
    {
        var clock = new Clock();
        using var error = new StringWriter();
        using var reporter = new BarReporter(error, new Screen(() => 80, () => 6), clock);
        reporter.Plan(8, 8000);
        var blobs = Enumerable.Range(0, 8).Select(_ => reporter.Begin("encrypting", Layer)).ToList();
        clock.Advance(TimeSpan.FromSeconds(1));
        error.GetStringBuilder().Clear();
        for (var i = 0; i < 100; i++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(10));
            blobs[0].Advance(1);
        }
        var draws = error.ToString().Split("total").Length - 1;
        Assert.InRange(draws, 1, 11);
        Assert.Equal(4 * draws, error.ToString().Split("encrypting").Length - 1);
    }

    [Fact]
    public void Nothing_is_left_on_the_screen_at_the_end()
    {
        using var error = new StringWriter();
        using (var reporter = new BarReporter(error, new Screen(() => 80, () => 24), new Clock()))
        {
            reporter.Plan(1, 1000);
            using var blob = reporter.Begin("encrypting", Layer);
            error.GetStringBuilder().Clear();
            reporter.Warn("odd");
            Assert.StartsWith("\u001b[2F\u001b[Jcoffer: warning: odd\n", error.ToString(), StringComparison.Ordinal);
            error.GetStringBuilder().Clear();
        }
        Assert.EndsWith("\u001b[J", error.ToString(), StringComparison.Ordinal);
    }

    private sealed class Clock : TimeProvider
    {
        private long _ticks = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}
