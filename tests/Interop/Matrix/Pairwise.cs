namespace Coffer.Interop.Matrix;

/// <summary>
/// Chooses few runs in which every value of an axis meets every value of every other axis at least once, as far as the
/// given runs have that pair at all. Greedy, of equals the run whose pairs met least often, and without chance: the same
/// runs are chosen every time.
/// </summary>
internal static class Pairwise
{
    public static IReadOnlyList<Run> Choose(IReadOnlyList<Run> from)
    {
        var missing = from.SelectMany(PairsOf).ToHashSet();
        var met = new Dictionary<(int, object, int, object), int>();
        var chosen = new List<Run>();
        while (missing.Count > 0)
        {
            var best = from.MaxBy(run => (PairsOf(run).Count(missing.Contains), -PairsOf(run).Sum(p => met.GetValueOrDefault(p))))!;
            chosen.Add(best);
            foreach (var pair in PairsOf(best))
                met[pair] = met.GetValueOrDefault(pair) + 1;
            missing.ExceptWith(PairsOf(best));
        }
        return chosen;
    }

    /// <summary>The pairs of values that meet in a run, each with the numbers of their axes.</summary>
    public static IEnumerable<(int, object, int, object)> PairsOf(Run run) =>
        from first in Enumerable.Range(0, run.Values.Count)
        from second in Enumerable.Range(first + 1, run.Values.Count - first - 1)
        select (first, run.Values[first], second, run.Values[second]);
}
