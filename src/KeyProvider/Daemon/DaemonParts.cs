using Coffer.KeyProvider.Configuration;
using Coffer.Service.Logs;
using Microsoft.Extensions.Logging;

namespace Coffer.KeyProvider.Daemon;

/// <summary>What a daemon is started with: where and to whom it listens, what answers, and who is told.</summary>
/// <param name="Settings">Where it listens, to whom, and its bounds.</param>
/// <param name="Core">What answers the calls; the daemon disposes it.</param>
public sealed record DaemonParts(KeyProviderSettings Settings, KeyProviderCore Core)
{
    /// <summary>
    /// Reads settings and keys again for SIGHUP: a new pair, or a <see cref="Oci.CofferException"/> whose message and details say all that is
    /// wrong; null where there is nothing to read again.
    /// </summary>
    public Func<CancellationToken, Task<(KeyProviderSettings Settings, KeyProviderCore Core)>>? Reload { get; init; }

    /// <summary>The log and the metrics.</summary>
    public ICallObserver Observer { get; init; } = new SilentObserver();

    /// <summary>Where the gauges are read; the daemon writes it.</summary>
    public DaemonLoad Load { get; init; } = new();

    /// <summary>Where the web server's own warnings go; null for nowhere. Not disposed by the daemon.</summary>
    public ILoggerProvider? FrameworkLog { get; init; }
}
