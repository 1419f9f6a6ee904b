namespace Coffer.KeyBroker.Audit;

/// <summary>The bounds of an entry. What is longer is cut, not refused: something that happened must not stay unwritten for its length.</summary>
internal static class AuditLimits
{
    public const int MostRequestId = 64;
    public const int MostAction = 64;
    public const int MostReason = 1024;
    public const int MostActor = 256;
    public const int MostSubject = 512;
    public const int MostExplanationBytes = 256 * 1024;
    public const int MostEntryBytes = 512 * 1024;
    public const int MostDepth = 64;

    /// <summary>Whether a text may be a request's id: it stands in keys, answers and command lines.</summary>
    public static bool IsRequestId(string text) => text.Length is > 0 and <= MostRequestId && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
