using System.Security.Cryptography;
using Coffer.KeyProvider.Memory;
using Coffer.KeyProvider.Packets;

namespace Coffer.KeyProvider.Sources.Local;

/// <summary>
/// AES-256-GCM under a key in memory (NIST SP 800-38D), with a random nonce of 12 bytes: one key is good for 2^32 packets
/// (section 8.3 there).
/// </summary>
internal static class KeyedPacket
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    public static AnnotationPacket Seal(LockedBytes key, string kid, ReadOnlySpan<byte> options)
    {
        var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        var wrapped = new byte[options.Length + TagBytes];
        using var lease = key.Open();
        using var cipher = new AesGcm(lease.Span, TagBytes);
        cipher.Encrypt(nonce, options, wrapped.AsSpan(0, options.Length), wrapped.AsSpan(options.Length));
        return new AnnotationPacket(PacketFamily.CocoV1, kid, nonce, wrapped);
    }

    /// <summary>The options in an array that does not move, which the caller zeroes; null where the tag does not hold.</summary>
    public static byte[]? TryOpen(LockedBytes key, AnnotationPacket packet)
    {
        if (packet.Iv.Length != NonceBytes || packet.WrappedData.Length < TagBytes) return null;
        var options = GC.AllocateUninitializedArray<byte>(packet.WrappedData.Length - TagBytes, pinned: true);
        try
        {
            using var lease = key.Open();
            using var cipher = new AesGcm(lease.Span, TagBytes);
            cipher.Decrypt(packet.Iv, packet.WrappedData.AsSpan(0, options.Length), packet.WrappedData.AsSpan(options.Length), options);
            return options;
        }
        catch (AuthenticationTagMismatchException)
        {
            CryptographicOperations.ZeroMemory(options);
            return null;
        }
    }
}
