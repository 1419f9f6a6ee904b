using System.Collections.Concurrent;
using Coffer.KeyProvider.Daemon;

namespace Coffer.KeyProvider.Tests.Daemon;

/// <summary>Keeps what a daemon tells about itself.</summary>
internal sealed class RecordingObserver : ICallObserver
{
    private int _started;

    public ConcurrentQueue<FinishedCall> Calls { get; } = new();

    public ConcurrentQueue<CallPeer> Refused { get; } = new();

    public ConcurrentQueue<string> Lines { get; } = new();

    public int Started => Volatile.Read(ref _started);

    public void Serving(IReadOnlyList<string> places) => Lines.Enqueue($"serving {string.Join(' ', places)}");

    public void CallStarted(CallPeer peer) => Interlocked.Increment(ref _started);

    public void CallFinished(FinishedCall call) => Calls.Enqueue(call);

    public void PeerRefused(CallPeer peer) => Refused.Enqueue(peer);

    public void ConnectionDropped(CallPeer peer, string why) => Lines.Enqueue($"dropped {why}");

    public void Reloaded(IReadOnlyList<string> notes) => Lines.Enqueue($"reloaded {string.Join("; ", notes)}".TrimEnd());

    public void ReloadFailed(IReadOnlyList<string> problems) => Lines.Enqueue($"reload failed {string.Join("; ", problems)}");

    public void Draining(int underWay) => Lines.Enqueue($"draining {underWay}");

    public void Stopped(int cutOff) => Lines.Enqueue($"stopped {cutOff}");

    public void Warning(string what) => Lines.Enqueue($"warning {what}");
}
