using Coffer.Attestation;
using Coffer.KeyBroker.Hosts;

namespace Coffer.KeyBroker.Tests.Hosts;

public sealed class CounterRuleTests
{
    private static readonly BootCounters Known = new(5, 2, 1_000, true);

    [Theory]
    [InlineData(5, 1_000, true)]
    [InlineData(5, 1_001, false)]
    [InlineData(6, 0, true)]
    [InlineData(6, 999_999, false)]
    public void Counters_may_stand_rise_or_begin_anew_after_a_reset(uint resets, ulong clock, bool safe) =>
        Assert.Null(CounterRule.Check(Known, new BootCounters(resets, 0, clock, safe), TimeSpan.Zero));

    [Theory]
    [InlineData(4, 999_999)]
    [InlineData(0, 1_000)]
    [InlineData(5, 999)]
    [InlineData(5, 0)]
    public void Neither_resets_nor_the_clock_without_one_may_fall(uint resets, ulong clock) =>
        Assert.NotNull(CounterRule.Check(Known, new BootCounters(resets, 9, clock, true), TimeSpan.FromSeconds(-1)));

    [Fact]
    public void Only_the_overlap_of_two_sessions_excuses_a_clock_that_stands_back()
    {
        var back = Known with { Clock = 600 };
        Assert.NotNull(CounterRule.Check(Known, back, TimeSpan.FromMilliseconds(399)));
        Assert.Null(CounterRule.Check(Known, back, TimeSpan.FromMilliseconds(400)));
        Assert.NotNull(CounterRule.Check(Known, back with { Resets = 4 }, TimeSpan.FromHours(1)));
        Assert.Equal(Known, CounterRule.Highest(Known, back));
        Assert.Equal(back with { Resets = 6 }, CounterRule.Highest(Known, back with { Resets = 6 }));
    }
}
