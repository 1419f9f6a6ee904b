namespace Coffer.KeyProvider.Daemon.Telemetry;

/// <summary>Tells several what the daemon tells one.</summary>
internal sealed class Observers(params IReadOnlyList<ICallObserver> all) : ICallObserver
{
    public void Serving(IReadOnlyList<string> places) => Tell(o => o.Serving(places));

    public void CallStarted(CallPeer peer)
    {
        foreach (var observer in all) observer.CallStarted(peer);
    }

    public void CallFinished(FinishedCall call)
    {
        foreach (var observer in all) observer.CallFinished(call);
    }

    public void PeerRefused(CallPeer peer) => Tell(o => o.PeerRefused(peer));

    public void ConnectionDropped(CallPeer peer, string why) => Tell(o => o.ConnectionDropped(peer, why));

    public void Reloaded(IReadOnlyList<string> notes) => Tell(o => o.Reloaded(notes));

    public void ReloadFailed(IReadOnlyList<string> problems) => Tell(o => o.ReloadFailed(problems));

    public void Draining(int underWay) => Tell(o => o.Draining(underWay));

    public void Stopped(int cutOff) => Tell(o => o.Stopped(cutOff));

    public void Warning(string what) => Tell(o => o.Warning(what));

    private void Tell(Action<ICallObserver> what)
    {
        foreach (var observer in all) what(observer);
    }
}
