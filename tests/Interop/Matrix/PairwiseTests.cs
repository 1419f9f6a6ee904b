using Coffer.Interop.Keys;
using Coffer.Interop.Peering;
using Coffer.Support;

namespace Coffer.Interop.Matrix;

/// <summary>The choice of runs leaves no pair out, and the limits leave out no more than they say.</summary>
public sealed class PairwiseTests
{
    private static readonly IReadOnlyList<Run> Possible = [.. Run.Product.Where(PeerLimits.Permit)];

    [Fact]
    public void Every_possible_pair_of_values_meets_in_a_run()
    {
        var chosen = Pairwise.Choose(Possible);
        Assert.Equal(Possible.SelectMany(Pairwise.PairsOf).ToHashSet(), chosen.SelectMany(Pairwise.PairsOf).ToHashSet());
        Assert.InRange(chosen.Count, 1, 80);
    }

    [Fact]
    public void The_same_runs_are_chosen_every_time() => Assert.Equal(Pairwise.Choose(Possible), Pairwise.Choose(Possible));

    [Fact]
    public void Every_peer_meets_every_value_unless_a_limit_names_it()
    {
        var chosen = Pairwise.Choose(Possible);
        foreach (var peer in Peer.Names)
        {
            var runs = chosen.Where(r => r.Peer == peer).ToList();
            foreach (var recipient in RecipientNames.All)
                Assert.Equal(
                    PeerLimits.Refused.Count(l => l.Peer == peer && l.Recipient == recipient) < 2,
                    runs.Any(r => r.Recipient == recipient));
            Assert.Equal(Enum.GetValues<Direction>(), runs.Select(r => r.Direction).Distinct().Order());
            Assert.Equal(Enum.GetValues<LayerCompression>(), runs.Select(r => r.Layers).Distinct().Order());
            Assert.Equal(Enum.GetValues<Place>(), runs.Select(r => r.Place).Distinct().Order());
        }
    }

    [Fact]
    public void A_limit_is_named_once() => Assert.Distinct(PeerLimits.Refused.Select(l => (l.Peer, l.Direction, l.Recipient)));
}
