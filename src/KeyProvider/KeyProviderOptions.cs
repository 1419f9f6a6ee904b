namespace Coffer.KeyProvider;

/// <summary>What the core needs to know, whichever front is before it.</summary>
public sealed record KeyProviderOptions
{
    /// <summary>
    /// The provider names under which runtimes know us, each with the source that wraps for it, or null for the first source
    /// that claims the key id. A request's parameters count only under one of these names.
    /// </summary>
    public IReadOnlyDictionary<string, string?> Providers { get; init; } = DefaultProviders;

    /// <summary><c>coffer</c>, and the names that Confidential Containers and Intel SecL use.</summary>
    public static IReadOnlyDictionary<string, string?> DefaultProviders { get; } = new Dictionary<string, string?>
    {
        ["coffer"] = null,
        ["attestation-agent"] = null,
        ["isecl"] = null,
    };

    /// <summary>Whether <c>sample=true</c> may wrap under a key that everybody knows.</summary>
    public bool AllowSampleKey { get; init; }

    /// <summary>Whether the caller may name a file in the key folder (<c>keypath=</c>): true for a command, false for a socket.</summary>
    public bool AllowKeyFile { get; init; }

    /// <summary>Longest time for one call to a source.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long unwrapped options may be kept in memory; zero for not at all.</summary>
    public TimeSpan CacheLifetime { get; init; } = TimeSpan.Zero;

    /// <summary>Most unwrapped options kept.</summary>
    public int CacheEntries { get; init; } = 1024;
}
