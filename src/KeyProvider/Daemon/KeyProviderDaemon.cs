using Coffer.KeyProvider.Daemon.Hosting;
using Coffer.Oci;
using Microsoft.AspNetCore.Builder;

namespace Coffer.KeyProvider.Daemon;

/// <summary>
/// The key provider as a gRPC server (protos/keyprovider.proto). Started, it accepts calls until it is stopped; disposal stops it,
/// removes its socket and disposes the core.
/// </summary>
public sealed class KeyProviderDaemon : IAsyncDisposable
{
    private readonly DaemonState _state;
    private readonly IReadOnlyList<Listener> _listeners;
    private readonly WebApplication _server;
    private readonly HealthEndpoint _health;
    private readonly Reloading _reloading;
    private bool _stopped;

    private KeyProviderDaemon(DaemonState state, IReadOnlyList<Listener> listeners, WebApplication server, HealthEndpoint health)
    {
        _state = state;
        _listeners = listeners;
        _server = server;
        _health = health;
        _reloading = new Reloading(state);
        Places = [.. listeners.Select(l => l.Place)];
    }

    /// <summary>The path or address of each socket.</summary>
    public IReadOnlyList<string> Places { get; }

    /// <summary>Opens the sockets and accepts calls. Disposes the core where that fails.</summary>
    /// <exception cref="CofferException">A socket cannot be opened, or another daemon listens there.</exception>
    public static async Task<KeyProviderDaemon> StartAsync(DaemonParts parts, CancellationToken cancellationToken)
    {
        IReadOnlyList<Listener> listeners = [];
        DaemonState? state = null;
        WebApplication? server = null;
        try
        {
            state = new DaemonState(parts, parts.Settings.Listen.Tcp is { } tcp ? ClientCertificates.Load(tcp) : null);
            listeners = Listeners.Open(parts.Settings.Listen, Environment.GetEnvironmentVariable);
            var health = new HealthEndpoint();
            server = WebServer.Build(state, listeners, health, TimeProvider.System);
            await server.StartAsync(cancellationToken).ConfigureAwait(false);
            var daemon = new KeyProviderDaemon(state, listeners, server, health);
            parts.Observer.Serving(daemon.Places);
            return daemon;
        }
        catch
        {
            if (server is not null) await server.DisposeAsync().ConfigureAwait(false);
            foreach (var listener in listeners) listener.Dispose();
            if (state is not null) await state.DisposeAsync().ConfigureAwait(false);
            else await parts.Core.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Reads settings, keys and certificates again and puts them in use without dropping a call; the observer is told.</summary>
    /// <returns>True where that went well; otherwise the old ones stay in use.</returns>
    public Task<bool> ReloadAsync(CancellationToken cancellationToken) => _reloading.RunAsync(cancellationToken);

    /// <summary>Asks itself over its own socket whether it serves.</summary>
    /// <returns>What is wrong; null where all is well.</returns>
    public Task<string?> ProbeAsync(CancellationToken cancellationToken) => new SelfProbe(_listeners).AskAsync(cancellationToken);

    /// <summary>Takes no new calls, lets those under way end within the time configured, then cuts off the rest.</summary>
    /// <returns>The number of calls that were cut off.</returns>
    public async Task<int> StopAsync()
    {
        if (_stopped) return 0;
        _stopped = true;
        var load = _state.Parts.Load;
        _state.Observer.Draining(load.RunningCalls + load.QueuedCalls);
        _health.Stop();
        var cutOff = 0;
        using (var end = new CancellationTokenSource(TimeSpan.FromSeconds(_state.Settings.Limits.DrainSeconds)))
        using (end.Token.Register(() => cutOff = load.RunningCalls + load.QueuedCalls))
        {
            await _state.Stopping.CancelAsync().ConfigureAwait(false);
            await _server.StopAsync(end.Token).ConfigureAwait(false);
        }
        _state.Observer.Stopped(cutOff);
        return cutOff;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
        foreach (var listener in _listeners) listener.Dispose();
        await _state.DisposeAsync().ConfigureAwait(false);
        _reloading.Dispose();
    }
}
