namespace Coffer.KeyProvider.Daemon;

/// <summary>Tells nobody.</summary>
public class SilentObserver : ICallObserver
{
    /// <inheritdoc/>
    public virtual void Serving(IReadOnlyList<string> places) { }

    /// <inheritdoc/>
    public virtual void CallStarted(CallPeer peer) { }

    /// <inheritdoc/>
    public virtual void CallFinished(FinishedCall call) { }

    /// <inheritdoc/>
    public virtual void PeerRefused(CallPeer peer) { }

    /// <inheritdoc/>
    public virtual void ConnectionDropped(CallPeer peer, string why) { }

    /// <inheritdoc/>
    public virtual void Reloaded(IReadOnlyList<string> notes) { }

    /// <inheritdoc/>
    public virtual void ReloadFailed(IReadOnlyList<string> problems) { }

    /// <inheritdoc/>
    public virtual void Draining(int underWay) { }

    /// <inheritdoc/>
    public virtual void Stopped(int cutOff) { }

    /// <inheritdoc/>
    public virtual void Warning(string what) { }
}
