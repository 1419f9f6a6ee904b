using Microsoft.Win32.SafeHandles;

namespace Coffer.Cli.Terminal;

/// <summary>
/// Standard output that gets a secret. A shell's <c>&gt; FILE</c> makes files that everybody may read: such a file is closed to all but
/// its owner before anything is written.
/// </summary>
internal static class SecretOutput
{
    private const string Behind = "/proc/self/fd/1";
    private const int StandardOutput = 1;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Closes the file behind standard output to others, and says so; leaves pipes, terminals and devices as they are.</summary>
    public static void Protect(Session session)
    {
        try
        {
            if (new FileInfo(Behind).LinkTarget is not ['/', ..] path || path.StartsWith("/dev/", StringComparison.Ordinal) || path.StartsWith("/proc/", StringComparison.Ordinal)) return;
            // By the open file, not by its name, behind which there may be another one by now.
            using var output = new SafeFileHandle(StandardOutput, ownsHandle: false);
            if ((File.GetUnixFileMode(output) & ~OwnerOnly) == 0) return;
            File.SetUnixFileMode(output, OwnerOnly);
            session.Error.WriteLine($"coffer: {Oci.Printable.Of(path)} gets a secret, so its mode is 0600 now");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            session.Error.WriteLine("coffer: warning: a secret is written to a file whose mode cannot be changed to 0600");
        }
    }
}
