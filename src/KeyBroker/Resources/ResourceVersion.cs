namespace Coffer.KeyBroker.Resources;

/// <summary>One version of a resource. Its content never changes; what is known of it may.</summary>
/// <param name="Number">From 1; no number is used twice at a path, not even after a deletion.</param>
/// <param name="Bytes">The content's size.</param>
/// <param name="Put">When it was put; null where it was before there were versions.</param>
/// <param name="By">The access token that put it.</param>
internal sealed record ResourceVersion(int Number, int Bytes, DateTimeOffset? Put, string? By)
{
    /// <summary>The largest number, in digits and as a number.</summary>
    public const int MostDigits = 6, MostNumber = 999_999;

    /// <summary>From when on it is released to nobody; null for never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>From when on it is released only with a permission; null for never. Set where a rotation put another in its place.</summary>
    public DateTimeOffset? Retires { get; init; }

    /// <summary>Until when it is released although it has retired.</summary>
    public DateTimeOffset? PermittedUntil { get; init; }

    /// <summary>Whether layers were wrapped under it here: then only an administrator who names it removes it.</summary>
    public bool Wraps { get; init; }

    /// <summary>Whether its grace time is over.</summary>
    public bool HasRetired(DateTimeOffset now) => Retires <= now;
}
