using Coffer.Oci;

namespace Coffer.KeyProvider.Calls;

/// <summary>What a source threw, as an error that a runtime's user may read.</summary>
internal static class SourceFailure
{
    /// <param name="e">What was thrown.</param>
    /// <param name="source">The source's name, printable.</param>
    /// <param name="timeout">The time allowed.</param>
    /// <param name="cancelled">Whether the caller went away.</param>
    /// <param name="late">Whether the time was over.</param>
    public static KeyProviderException Of(Exception e, string source, TimeSpan timeout, bool cancelled, bool late) => e switch
    {
        KeyProviderException known => new(known.Reason, $"key source '{source}': {known.Message}", known.Hint, known),
        OperationCanceledException when cancelled => Cancelled(),
        OperationCanceledException when late => new(
            FailureReason.Timeout, $"key source '{source}' did not answer within {timeout.TotalSeconds:0.###} s", "see whether it is up and reachable from here; then try again"),
        OperationCanceledException or TimeoutException => new(FailureReason.Unavailable, $"key source '{source}' gave up waiting for what it depends on", "try again"),
        CofferException known => new(ReasonOf(known.ExitStatus), $"key source '{source}': {known.Message}", known.Hint, known),
        // Its text may hold anything, and its inner workings mean nothing to a user.
        _ => new(FailureReason.Internal, $"key source '{source}' failed ({e.GetType().Name})", "this is a fault in coffer or in a module that it loaded"),
    };

    /// <summary>The caller went away.</summary>
    public static KeyProviderException Cancelled() => new(FailureReason.Cancelled, "the caller went away before the answer");

    private static FailureReason ReasonOf(ExitStatus status) => status switch
    {
        ExitStatus.NoUsableKey => FailureReason.UnknownKey,
        ExitStatus.Integrity => FailureReason.Integrity,
        ExitStatus.Denied => FailureReason.Denied,
        ExitStatus.Unreachable => FailureReason.Unavailable,
        _ => FailureReason.Internal,
    };
}
