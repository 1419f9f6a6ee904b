using Coffer.ImageCrypt.KeyWrap.Provider;

namespace Coffer.KeyProvider.Daemon.Telemetry;

/// <summary>The words for what can happen to a call, the same in log and metrics; they are few, so that each can be counted by itself.</summary>
internal static class Words
{
    public const string Done = "ok";
    public const string Failed = "failed";

    public static string Outcome(FailureReason? failure) => failure is null ? Done : Failed;

    public static string Of(KeyProviderOperation? operation) => operation switch
    {
        KeyProviderOperation.KeyWrap => "wrap",
        KeyProviderOperation.KeyUnwrap => "unwrap",
        _ => "unknown",
    };

    public static string Of(AnswerOrigin origin) => origin switch
    {
        AnswerOrigin.SharedFlight => "shared-flight",
        AnswerOrigin.Cache => "cache",
        _ => "source",
    };

    public static string Of(FailureReason reason) => reason switch
    {
        FailureReason.BadRequest => "bad-request",
        FailureReason.UnknownKey => "unknown-key",
        FailureReason.Integrity => "integrity",
        FailureReason.Denied => "denied",
        FailureReason.Unavailable => "unavailable",
        FailureReason.Timeout => "timeout",
        FailureReason.Busy => "busy",
        FailureReason.Cancelled => "cancelled",
        _ => "internal",
    };
}
