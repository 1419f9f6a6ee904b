using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Coffer.KeyProvider.Calls;

/// <summary>SHA-256 of a packet's bytes: what makes two unwraps identical.</summary>
internal readonly record struct PacketDigest(UInt128 First, UInt128 Second)
{
    public static PacketDigest Of(ReadOnlySpan<byte> packet)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(packet, hash);
        return MemoryMarshal.Read<PacketDigest>(hash);
    }
}
