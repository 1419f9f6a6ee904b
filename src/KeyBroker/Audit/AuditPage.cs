namespace Coffer.KeyBroker.Audit;

/// <summary>Some entries of a list.</summary>
/// <param name="Entries">In the order that was asked for; may be fewer than asked, or none, while there are more.</param>
/// <param name="Next">Where the list continues; null at its end.</param>
internal sealed record AuditPage(IReadOnlyList<AuditEntry> Entries, string? Next);
