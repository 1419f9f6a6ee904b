using Coffer.Service.Logs;
using Microsoft.Extensions.Logging;

namespace Coffer.KeyProvider.Daemon.Telemetry.Logs;

/// <summary>Writes what the daemon tells as lines of log (docs/keyprovider.md lists events and fields).</summary>
internal sealed class CallLog(LogWriter log) : ICallObserver
{
    public void Serving(IReadOnlyList<string> places) => log.Write(LogLevel.Information, "serving", ("places", string.Join(", ", places)));

    public void CallStarted(CallPeer peer)
    {
        // One line a call, when it ends, says all.
    }

    public void CallFinished(FinishedCall call)
    {
        var level = call.Failure switch
        {
            null => LogLevel.Information,
            FailureReason.Internal => LogLevel.Error,
            _ => LogLevel.Warning,
        };
        if (!log.IsEnabled(level)) return;
        var trace = call.Trace;
        log.Write(
            level, "call",
            ("operation", Words.Of(trace.Operation)), ("outcome", Words.Outcome(call.Failure)), ("reason", call.Failure is { } reason ? Words.Of(reason) : null),
            ("provider", trace.Provider), ("keyId", trace.KeyId), ("source", trace.Source), ("origin", call.Failure is null ? Words.Of(trace.Origin) : null),
            ("pid", call.Peer.Pid), ("uid", call.Peer.Uid), ("gid", call.Peer.Gid), ("address", call.Peer.Address),
            ("latencyMs", call.Latency.TotalMilliseconds), ("message", call.Message), ("fault", Fault(call.Fault)));
    }

    public void PeerRefused(CallPeer peer) =>
        log.Write(LogLevel.Warning, "refused", ("pid", peer.Pid), ("uid", peer.Uid), ("gid", peer.Gid), ("address", peer.Address), ("message", "this peer may not call"));

    public void ConnectionDropped(CallPeer peer, string why) =>
        log.Write(LogLevel.Warning, "dropped", ("pid", peer.Pid), ("uid", peer.Uid), ("gid", peer.Gid), ("address", peer.Address), ("message", why));

    public void Reloaded(IReadOnlyList<string> notes)
    {
        log.Write(LogLevel.Information, "reloaded");
        foreach (var note in notes) log.Write(LogLevel.Warning, "reloaded", ("message", note));
    }

    public void ReloadFailed(IReadOnlyList<string> problems)
    {
        foreach (var problem in problems) log.Write(LogLevel.Error, "reload-failed", ("message", problem));
    }

    public void Draining(int underWay) => log.Write(LogLevel.Information, "draining", ("calls", underWay));

    public void Stopped(int cutOff) => log.Write(cutOff == 0 ? LogLevel.Information : LogLevel.Warning, "stopped", ("cutOff", cutOff));

    public void Warning(string what) => log.Write(LogLevel.Warning, "warning", ("message", what));

    // Type and place say where to look; the text of an exception that nobody foresaw may quote what it tripped over.
    private static string? Fault(Exception? fault) =>
        fault is null ? null : $"{fault.GetType().FullName} {fault.StackTrace?.Split('\n')[0].Split(" in ")[0].Trim()}";
}
