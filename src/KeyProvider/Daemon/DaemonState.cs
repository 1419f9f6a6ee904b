using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Daemon.Calls;
using Coffer.KeyProvider.Daemon.Hosting;
using Coffer.KeyProvider.Daemon.Peers;

namespace Coffer.KeyProvider.Daemon;

/// <summary>What all connections and calls of one daemon share. A reload replaces the settings, who may call, and the core.</summary>
internal sealed class DaemonState : IAsyncDisposable
{
    private volatile KeyProviderSettings _settings;
    private volatile PeerRule _rule;
    private volatile ClientCertificates? _certificates;

    /// <param name="parts">What the daemon is started with.</param>
    /// <param name="certificates">For TCP; null where there is none.</param>
    public DaemonState(DaemonParts parts, ClientCertificates? certificates)
    {
        Parts = parts;
        _settings = parts.Settings;
        _rule = new PeerRule(parts.Settings.Listen);
        _certificates = certificates;
        Core = new SharedCore(parts.Core, e => parts.Observer.Warning($"keys that are no longer used could not be given up: {e.Message}"));
    }

    public DaemonParts Parts { get; }

    public ICallObserver Observer => Parts.Observer;

    public SharedCore Core { get; }

    public KeyProviderSettings Settings => _settings;

    public PeerRule PeerRule => _rule;

    public ClientCertificates? Certificates => _certificates;

    /// <summary>Cancelled when the daemon has been told to stop, for calls that would not end by themselves.</summary>
    public CancellationTokenSource Stopping { get; } = new();

    public void Replace(KeyProviderSettings settings, KeyProviderCore core, ClientCertificates? certificates)
    {
        _certificates = certificates ?? _certificates;
        _settings = settings;
        _rule = new PeerRule(settings.Listen);
        Core.Replace(core);
    }

    public async ValueTask DisposeAsync()
    {
        await Core.DisposeAsync().ConfigureAwait(false);
        Stopping.Dispose();
    }
}
