using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.Resources;

namespace Coffer.KeyBroker.Tests.Policies;

/// <summary>What a decision allocates on its thread: it follows from the policies about the resource, and from no others.</summary>
public sealed class DecisionAllocationTests : IAsyncDisposable
{
    private const int Decisions = 200;
    private readonly PolicyFixture _policies = new();

    public ValueTask DisposeAsync() => _policies.DisposeAsync();

    [Fact]
    public async Task A_decision_by_the_usual_policy_allocates_no_more_than_thirty_six_kilobytes_however_many_others_there_are()
    {
        await _policies.PutExampleAsync("tpm-node");
        var alone = await AllocatedAsync();
        for (var i = 0; i < 50; i++) await _policies.PutAsync($"p{i}", $$"""{"name":"p{{i}}","resources":["team-{{i}}/**"],"effect":"deny"}""");
        var among = await AllocatedAsync();

        Assert.InRange(alone, 1, 36 * 1024);
        Assert.InRange(among, 1, alone + 256);
    }

    private async Task<long> AllocatedAsync()
    {
        var decisions = new PolicyDecisions(_policies.Broker.Clock);
        var set = await _policies.Broker.ReadAsync(r => decisions.AboutAsync(r, ResourcePath.Parse("default/image-kek/1")));
        var (claims, now) = (PolicyFixture.Node(), _policies.Broker.Clock.GetUtcNow());
        Assert.True(set.Decide("default/image-kek/1", claims, now).Allowed);
        for (var i = 0; i < Decisions; i++) set.Decide("default/image-kek/1", claims, now);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Decisions; i++) set.Decide("default/image-kek/1", claims, now);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Decisions;
    }
}
