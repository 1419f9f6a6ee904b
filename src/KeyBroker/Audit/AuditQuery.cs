namespace Coffer.KeyBroker.Audit;

/// <summary>Which entries to list. What is null is not asked.</summary>
internal sealed record AuditQuery
{
    /// <summary>At most so many entries: 1 to 1000.</summary>
    public int Most { get; init; } = 100;

    /// <summary>Continues behind this entry: <see cref="AuditPage.Next"/> of the page before.</summary>
    public string? After { get; init; }

    /// <summary>The newest first. With several chains, chain after chain.</summary>
    public bool NewestFirst { get; init; }

    /// <summary>This action, or with a dot at its end all that begin so.</summary>
    public string? Action { get; init; }

    /// <summary>Where the host's id is the actor or the subject.</summary>
    public string? Host { get; init; }

    /// <summary>With this outcome.</summary>
    public AuditOutcome? Outcome { get; init; }

    /// <summary>Written at or after.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Written before.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>What the one who asks may see; null for everything.</summary>
    public Func<AuditEntry, bool>? Sees { get; init; }

    internal bool Fits(AuditEntry entry) =>
        (Action is null || (Action.EndsWith('.') ? entry.Event.Action.StartsWith(Action, StringComparison.Ordinal) : entry.Event.Action == Action))
        && (Host is null || entry.Event.Actor == Host || entry.Event.Subject == Host)
        && (Outcome is null || entry.Event.Outcome == Outcome)
        && (From is null || entry.Time >= From)
        && (To is null || entry.Time < To)
        && (Sees is null || Sees(entry));
}
