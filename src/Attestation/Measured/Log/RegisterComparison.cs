namespace Coffer.Attestation.Measured.Log;

/// <summary>One register as computed, beside a machine's log of it.</summary>
/// <param name="Register">The PCR.</param>
/// <param name="Bank">The bank that was compared.</param>
/// <param name="Same">How many events are the same, from the first on.</param>
/// <param name="Computed">The first computed event that the log does not have there; null where there are no more.</param>
/// <param name="Logged">The first event of the log that was not computed there; null where there are no more.</param>
public sealed record RegisterComparison(int Register, string Bank, int Same, MeasuredEvent? Computed, LoggedEvent? Logged)
{
    /// <summary>Whether the log is what was computed, to its end.</summary>
    public bool IsSame => Computed is null && Logged is null;
}
