namespace Coffer.KeyBroker.Telemetry;

/// <summary>The words for what became of a request, the same in metrics, log and traces; they are few, so that each can be counted by itself.</summary>
internal static class Outcomes
{
    public const string Ok = "ok", Malformed = "malformed", Unauthenticated = "unauthenticated", Denied = "denied", Absent = "absent", Busy = "busy", Failed = "failed";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Ok, Malformed, Unauthenticated, Denied, Absent, Busy, Failed];

    /// <param name="status">HTTP's.</param>
    public static string Of(int status) => status switch
    {
        >= 200 and < 400 => Ok,
        400 or 409 or 413 => Malformed,
        401 => Unauthenticated,
        403 => Denied,
        404 or 405 => Absent,
        429 => Busy,
        _ => Failed,
    };
}
