namespace Coffer.KeyProvider.Daemon;

/// <summary>
/// What the daemon tells about itself as it happens: the log and the metrics stand behind this. Every member may be called by
/// many threads at once, returns fast, never throws, and keeps nothing of what it was given beyond its own line or counter.
/// Gauges (calls under way, queue, connections) are read from <see cref="DaemonLoad"/> instead.
/// </summary>
public interface ICallObserver
{
    /// <summary>The daemon accepts calls.</summary>
    /// <param name="places">Each socket's path or address.</param>
    void Serving(IReadOnlyList<string> places);

    /// <summary>A wrap or unwrap call has arrived; exactly one <see cref="CallFinished"/> follows it.</summary>
    void CallStarted(CallPeer peer);

    /// <summary>A wrap or unwrap call has ended, well or not.</summary>
    void CallFinished(FinishedCall call);

    /// <summary>A peer that may not call has connected; told once for each connection.</summary>
    void PeerRefused(CallPeer peer);

    /// <summary>A connection was closed unserved because there are too many, or its TLS handshake failed.</summary>
    /// <param name="peer">Who.</param>
    /// <param name="why">One line.</param>
    void ConnectionDropped(CallPeer peer, string why);

    /// <summary>Configuration and keys were read again and are in use.</summary>
    /// <param name="notes">What was changed but takes effect only after a restart, one line each; mostly empty.</param>
    void Reloaded(IReadOnlyList<string> notes);

    /// <summary>The new configuration or keys cannot be used; the old ones stay.</summary>
    /// <param name="problems">All of them, one line each.</param>
    void ReloadFailed(IReadOnlyList<string> problems);

    /// <summary>Told to stop: no new calls.</summary>
    /// <param name="underWay">Calls that may still end.</param>
    void Draining(int underWay);

    /// <summary>Stopped.</summary>
    /// <param name="cutOff">Calls that did not end within the time given.</param>
    void Stopped(int cutOff);

    /// <summary>Something that an operator should know and that concerns no single call, such as a failed watchdog probe.</summary>
    /// <param name="what">One line.</param>
    void Warning(string what);
}
