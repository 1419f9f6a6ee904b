using Coffer.KeyProvider.Sources;
using Coffer.Service.Logs;
using Coffer.Service.Metrics;

namespace Coffer.KeyProvider.Configuration;

/// <summary>Everything that the configuration file and the flags say (docs/keyprovider.md has the schema).</summary>
public sealed record KeyProviderSettings
{
    /// <summary>Where the file is looked for when no flag names one; it need not be there.</summary>
    public const string DefaultPath = "/etc/coffer/keyprovider.json";

    /// <summary>The file that was read, absolute; null for none.</summary>
    public string? File { get; init; }

    /// <summary>What the core needs.</summary>
    public KeyProviderOptions Core { get; init; } = new();

    /// <summary>The key sources, in the order in which they are asked.</summary>
    public IReadOnlyList<SourceSettings> Sources { get; init; } = [];

    /// <summary>Where the daemon listens and to whom.</summary>
    public ListenSettings Listen { get; init; } = new();

    /// <summary>The daemon's bounds.</summary>
    public LimitSettings Limits { get; init; } = new();

    /// <summary>What is logged, and how.</summary>
    public LogSettings Log { get; init; } = new();

    /// <summary>Where metrics are shown and sent.</summary>
    public MetricsSettings Metrics { get; init; } = new();

    /// <summary>Where traces are sent, also by the command: OTLP over HTTP where it has a path such as <c>/v1/traces</c>, else over gRPC; null for nowhere.</summary>
    public Uri? Traces { get; init; }
}
