namespace Coffer.KeyBroker.Resources;

/// <summary>How a new version of a resource is put.</summary>
/// <param name="Now">The clock.</param>
/// <param name="By">The access token that puts it.</param>
internal sealed record ResourcePut(DateTimeOffset Now, string? By)
{
    /// <summary>From when on this version is released to nobody; null for never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>The resource's labels from now on; null to leave them.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Whether the path may be that of a resource that was deleted.</summary>
    public bool ReuseDeleted { get; init; }

    /// <summary>Whether the path alone goes on meaning the version that it meant.</summary>
    public bool KeepName { get; init; }
}
