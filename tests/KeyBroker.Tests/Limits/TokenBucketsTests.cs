using System.Globalization;
using System.Net;
using Coffer.KeyBroker.Limits;
using Coffer.Oci;

namespace Coffer.KeyBroker.Tests.Limits;

/// <summary>Token buckets, by a clock that is moved by hand.</summary>
public sealed class TokenBucketsTests
{
    private readonly SettableClock _clock = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    [Fact]
    public void A_burst_is_let_through_and_then_the_rate()
    {
        var buckets = new TokenBuckets(new RateRule(2, 10), _clock);
        Assert.Equal(10, Taken(buckets, "a", 100));
        Assert.Equal(1, buckets.Take("a"));
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(6, Taken(buckets, "a", 100));
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(10, Taken(buckets, "a", 100));
    }

    [Fact]
    public void Each_has_a_bucket_and_a_clock_that_is_set_changes_none()
    {
        var buckets = new TokenBuckets(new RateRule(1, 5), _clock);
        Assert.Equal(5, Taken(buckets, "a", 10));
        Assert.Equal(5, Taken(buckets, "b", 10));
        _clock.Set(TimeSpan.FromHours(-1));
        Assert.Equal(0, Taken(buckets, "a", 10));
        _clock.Set(TimeSpan.FromHours(2));
        Assert.Equal(0, Taken(buckets, "a", 10));
    }

    [Fact]
    public void Whoever_is_new_shares_a_bucket_where_there_is_room_for_no_more_and_others_keep_theirs()
    {
        var buckets = new TokenBuckets(new RateRule(1, 10), _clock, most: 100);
        for (var i = 0; i < 100; i++) Assert.Null(buckets.Take(i.ToString(CultureInfo.InvariantCulture)));
        var let = Enumerable.Range(100, 10_000).Count(i => buckets.Take(i.ToString(CultureInfo.InvariantCulture)) is null);
        Assert.Equal(10, let); // all of them together
        Assert.Equal(9, Taken(buckets, "7", 100));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(10, Taken(buckets, "new", 100)); // those that are full again made room
    }

    [Fact]
    public void Many_at_once_get_no_more_than_there_is()
    {
        var buckets = new TokenBuckets(new RateRule(1, 1000), _clock);
        var let = 0;
        Parallel.For(0, 4000, _ =>
        {
            if (buckets.Take("a") is null) Interlocked.Increment(ref let);
        });
        Assert.Equal(1000, let);
    }

    [Theory]
    [InlineData("127.0.0.1", null)]
    [InlineData("::1", null)]
    [InlineData("::ffff:127.0.0.1", null)]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "20010db800010002")]
    [InlineData("2001:db8:1:2::9", "20010db800010002")]
    public void Clients_are_told_apart_by_address_and_networks_of_ipv6(string address, string? key) => Assert.Equal(key, SourceAddress.KeyOf(IPAddress.Parse(address)));

    [Theory]
    [InlineData("auth=5/s", 5, 50)]
    [InlineData("auth=5/s:7", 5, 7)]
    [InlineData("auth=off", null, null)]
    public void Limits_are_read(string setting, int? rate, int? burst)
    {
        var rules = new RateRules().With([setting]);
        Assert.Equal((rate, burst), (rules.Auth?.PerSecond, rules.Auth?.Burst));
        Assert.Equal(new RateRules().Host, rules.Host);
    }

    [Theory]
    [InlineData("auth")]
    [InlineData("auth=")]
    [InlineData("auth=5")]
    [InlineData("auth=0/s")]
    [InlineData("auth=5/s:4")]
    [InlineData("auth=5/s:7:8")]
    [InlineData("auth=5000000/s")]
    [InlineData("all=5/s")]
    [InlineData("=5/s")]
    public void What_is_no_limit_is_refused(string setting) => Assert.Equal(ExitStatus.Usage, Assert.ThrowsAny<CofferException>(() => new RateRules().With([setting])).ExitStatus);

    private static int Taken(TokenBuckets buckets, string key, int times) => Enumerable.Range(0, times).Count(_ => buckets.Take(key) is null);
}
