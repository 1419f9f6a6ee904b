using Coffer.Oci;

namespace Coffer.KeyProvider;

/// <summary>
/// Why a call failed, in a line that the runtime's user and the operator both read: it names the provider or source and the key.
/// Never carries key bytes or private options.
/// </summary>
/// <param name="reason">The kind of failure, which decides the gRPC status, the exit status and the metric's label.</param>
/// <param name="message">One line.</param>
/// <param name="hint">What to do, or null.</param>
/// <param name="inner">The cause.</param>
public sealed class KeyProviderException(FailureReason reason, string message, string? hint = null, Exception? inner = null)
    : CofferException(message, StatusOf(reason), hint, inner)
{
    /// <summary>The kind of failure.</summary>
    public FailureReason Reason { get; } = reason;

    private static ExitStatus StatusOf(FailureReason reason) => reason switch
    {
        FailureReason.UnknownKey => ExitStatus.NoUsableKey,
        FailureReason.Integrity => ExitStatus.Integrity,
        FailureReason.Denied => ExitStatus.Denied,
        FailureReason.Unavailable or FailureReason.Timeout or FailureReason.Busy => ExitStatus.Unreachable,
        _ => ExitStatus.Failed,
    };
}
