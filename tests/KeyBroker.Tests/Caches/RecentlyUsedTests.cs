using Coffer.KeyBroker.Caches;

namespace Coffer.KeyBroker.Tests.Caches;

public sealed class RecentlyUsedTests
{
    [Fact]
    public void What_is_used_stays_and_what_is_not_goes()
    {
        var known = new RecentlyUsed<int, string>(10);
        known.Keep(0, "used");
        for (var i = 1; i < 1000; i++)
        {
            known.Keep(i, "once");
            Assert.True(known.TryGet(0, out var used));
            Assert.Equal("used", used);
        }
        Assert.InRange(Enumerable.Range(0, 1000).Count(i => known.TryGet(i, out _)), 10, 20);
    }

    [Fact]
    public void The_first_that_was_kept_is_given_to_all()
    {
        var known = new RecentlyUsed<string, object>(1);
        var first = new object();
        Assert.Same(first, known.GetOrKeep("a", first));
        Assert.Same(first, known.GetOrKeep("a", new object()));
        known.Keep("b", new object());
        Assert.Same(first, known.GetOrKeep("a", new object()));
    }
}
