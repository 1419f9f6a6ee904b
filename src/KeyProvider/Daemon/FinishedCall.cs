namespace Coffer.KeyProvider.Daemon;

/// <summary>One wrap or unwrap call that has ended, for the log and the metrics. Never key bytes.</summary>
/// <param name="Trace">What is known of it: operation, provider, key id, source, where the answer came from.</param>
/// <param name="Peer">Who asked.</param>
/// <param name="Latency">From the request's arrival to the answer's handing over, the wait in the queue included.</param>
/// <param name="Failure">Why there was no answer; null where there was one.</param>
/// <param name="Message">What the caller was told, one line; null where there was an answer.</param>
/// <param name="Fault">The exception behind <see cref="FailureReason.Internal"/>, whose text no caller sees; null otherwise.</param>
public sealed record FinishedCall(
    CallTrace Trace, CallPeer Peer, TimeSpan Latency, FailureReason? Failure = null, string? Message = null, Exception? Fault = null);
