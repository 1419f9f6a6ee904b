using System.Globalization;

namespace Coffer.KeyProvider.Daemon;

/// <summary>Who is at the other end of a connection, as the kernel says and not as he claims.</summary>
/// <param name="Pid">Process on a Unix socket (SO_PEERCRED, at the time it connected); null over TCP.</param>
/// <param name="Uid">Its user; null over TCP.</param>
/// <param name="Gid">Its primary group; null over TCP.</param>
/// <param name="Address">Address and port over TCP, where a client certificate was verified; null on a Unix socket.</param>
public sealed record CallPeer(int? Pid, uint? Uid, uint? Gid, string? Address)
{
    /// <summary>For a line of log: <c>pid 12 uid 0 gid 0</c>, or the address.</summary>
    public override string ToString() =>
        Address ?? string.Create(CultureInfo.InvariantCulture, $"pid {Pid} uid {Uid} gid {Gid}");
}
