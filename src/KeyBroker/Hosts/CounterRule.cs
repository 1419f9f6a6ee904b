using Coffer.Attestation;

namespace Coffer.KeyBroker.Hosts;

/// <summary>
/// What a TPM's counters may do between two quotes (TPM 2.0 Part 1, section 36): resets never fall, and the clock falls only when
/// resets rose. A TPM whose state was put back from a copy breaks this. That the clock may have been higher once (<c>safe</c> is
/// false, as after a power cut) is only a claim.
/// </summary>
internal static class CounterRule
{
    /// <param name="known">The highest so far.</param>
    /// <param name="now">What was signed now.</param>
    /// <param name="overlap">
    /// How long before <paramref name="known"/> was put down the nonce of <paramref name="now"/> was given out: two attestations at
    /// once may come in the other order, so the clock may stand back by that much. Zero where it came after.
    /// </param>
    /// <returns>Why not, or null.</returns>
    public static string? Check(BootCounters known, BootCounters now, TimeSpan overlap)
    {
        if (now.Resets < known.Resets) return $"the TPM's reset counter fell from {known.Resets} to {now.Resets}";
        var back = (ulong)Math.Max(0, overlap.TotalMilliseconds);
        return now.Resets == known.Resets && now.Clock < known.Clock && known.Clock - now.Clock > back
            ? $"the TPM's clock fell from {known.Clock} ms to {now.Clock} ms without a reset"
            : null;
    }

    /// <summary>The later of both.</summary>
    public static BootCounters Highest(BootCounters known, BootCounters now) =>
        (now.Resets, now.Clock).CompareTo((known.Resets, known.Clock)) >= 0 ? now : known;
}
