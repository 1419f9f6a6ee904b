using System.Runtime.InteropServices;

namespace Coffer.KeyProvider.Daemon.Sockets;

/// <summary>What tells two files apart that stand at one path one after the other, and what kind of file it is (statx, Linux man-pages 6).</summary>
/// <param name="Device">Major and minor number of its file system's device.</param>
/// <param name="Inode">Its number there.</param>
/// <param name="Type">The type bits of its mode.</param>
internal sealed record FileIdentity((uint Major, uint Minor) Device, ulong Inode, int Type)
{
    private const int TypeBits = 0xF000, SocketType = 0xC000;

    public bool IsSocket => Type == SocketType;

    /// <summary>From the 256 bytes of <c>struct statx</c>, which has one layout on every architecture.</summary>
    public static FileIdentity Read(ReadOnlySpan<byte> stat) => new(
        (MemoryMarshal.Read<uint>(stat[136..]), MemoryMarshal.Read<uint>(stat[140..])),
        MemoryMarshal.Read<ulong>(stat[32..]),
        MemoryMarshal.Read<ushort>(stat[28..]) & TypeBits);
}
