namespace Coffer.KeyBroker.Audit;

/// <summary>What a walk over all chains found: that they hold.</summary>
/// <param name="Entries">How many there are, in all chains.</param>
/// <param name="Heads">Where each chain ends.</param>
internal sealed record AuditVerification(long Entries, IReadOnlyList<AuditHead> Heads)
{
    /// <summary>All heads, to be kept elsewhere and given to a later walk (<c>--expect-head</c>).</summary>
    public string HeadText => string.Join(',', Heads);
}
