namespace Coffer.Service.Logs;

/// <summary>systemd's journal behind standard error.</summary>
internal static class Journal
{
    /// <summary>
    /// True where standard error is the very stream that the service manager named (<c>JOURNAL_STREAM</c>, device and inode: systemd.exec(5)).
    /// Somebody in between may have sent it elsewhere.
    /// </summary>
    public static bool ReadsStandardError(string? variable)
    {
        var parts = variable?.Split(':');
        try
        {
            return parts is [_, { Length: > 0 } inode] && new FileInfo("/proc/self/fd/2").LinkTarget == $"socket:[{inode}]";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
