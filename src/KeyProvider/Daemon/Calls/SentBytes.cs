using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Google.Protobuf;

namespace Coffer.KeyProvider.Daemon.Calls;

/// <summary>
/// Zeroes the array behind a message's bytes. Protocol Buffers treats it as unchangeable, but nobody else holds it: received
/// bytes are a copy of their own, and sent ones were given away. Copies in the web server's buffers are zeroed where those are
/// given back (<see cref="Hosting.ZeroingMemoryPool"/>).
/// </summary>
internal static class SentBytes
{
    public static void Zero(ByteString bytes)
    {
        if (MemoryMarshal.TryGetArray(bytes.Memory, out var array)) CryptographicOperations.ZeroMemory(array.AsSpan());
    }
}
