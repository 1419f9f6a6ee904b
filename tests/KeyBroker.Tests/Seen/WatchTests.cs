using Coffer.KeyBroker.Health;
using Coffer.KeyBroker.Tls;

namespace Coffer.KeyBroker.Tests.Seen;

/// <summary>What an operator is warned of before it hurts.</summary>
public sealed class WatchTests
{
    private readonly SettableClock _clock = new(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));

    [Fact]
    public void A_clock_that_goes_on_is_not_warned_of_and_one_that_is_set_is_by_how_much()
    {
        var steps = new List<TimeSpan>();
        var watch = new ClockWatch(_clock, steps.Add);
        for (var i = 0; i < 10; i++)
        {
            _clock.Advance(TimeSpan.FromMinutes(7));
            watch.Look();
        }
        Assert.Empty(steps);

        foreach (var step in (TimeSpan[])[TimeSpan.FromHours(1), TimeSpan.FromHours(-1), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(-2)])
        {
            _clock.Advance(TimeSpan.FromSeconds(5));
            _clock.Set(step);
            watch.Look();
        }
        Assert.Equal([TimeSpan.FromHours(1), TimeSpan.FromHours(-1), TimeSpan.FromSeconds(-2)], steps);
        Assert.Equal((1, 2, TimeSpan.FromSeconds(-2)), (watch.Forward, watch.Backward, watch.LastStep));
    }

    [Fact]
    public void A_certificate_is_warned_of_from_thirty_days_on_once_a_day()
    {
        var said = new List<string>();
        var ends = _clock.GetUtcNow().AddDays(60);
        var warnings = new ExpiryWarnings([new("server", () => ends, RenewsItself: false)], _clock, (name, when) => said.Add($"{name}: {when}"));
        for (var hours = 0; hours < 29 * 24; hours += 6) Pass(warnings);
        Assert.Empty(said);

        for (var hours = 0; hours < 3 * 24; hours += 6) Pass(warnings);
        Assert.InRange(said.Count, 2, 3);
        Assert.StartsWith("server: it ends at 2026-07-03T03:02:01Z, in ", said[0], StringComparison.Ordinal);

        for (var hours = 0; hours < 31 * 24; hours += 6) Pass(warnings);
        Assert.Equal("server: it ended at 2026-07-03T03:02:01Z", said[^1]);
    }

    [Fact]
    public void A_certificate_that_the_broker_renews_itself_is_not()
    {
        var said = new List<string>();
        var warnings = new ExpiryWarnings([new("server", () => _clock.GetUtcNow().AddDays(11), RenewsItself: true)], _clock, (name, _) => said.Add(name));

        Pass(warnings);

        Assert.Empty(said);
    }

    private void Pass(ExpiryWarnings warnings)
    {
        _clock.Advance(TimeSpan.FromHours(6));
        warnings.Look();
    }
}
