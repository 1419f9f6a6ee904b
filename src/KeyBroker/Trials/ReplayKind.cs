namespace Coffer.KeyBroker.Trials;

/// <summary>What a candidate does to a decision.</summary>
internal enum ReplayKind
{
    /// <summary>Nothing.</summary>
    Unchanged,

    /// <summary>It is allowed without the candidate, and denied with it.</summary>
    NewlyDenied,

    /// <summary>It is denied without the candidate, and allowed with it.</summary>
    NewlyAllowed,

    /// <summary>The claims that it was made on are not there.</summary>
    CannotTell,
}
