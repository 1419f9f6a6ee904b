using System.Security.Cryptography;
using Coffer.Oci;

namespace Coffer.KeyProvider.Packets;

/// <summary>
/// The one cipher of all packet families: AES-256-GCM (NIST SP 800-38D), a random 12-byte nonce, a 16-byte tag behind the
/// ciphertext, no associated data. A key may wrap 2^32 layers before random nonces become a risk (section 8.3 there).
/// </summary>
internal static class PacketCipher
{
    /// <summary>Size of a key, in bytes.</summary>
    public const int KeyBytes = 32;

    /// <summary>Size of a nonce, in bytes.</summary>
    public const int NonceBytes = 12;

    /// <summary>Size of the tag, in bytes.</summary>
    public const int TagBytes = 16;

    /// <summary>Wraps private options.</summary>
    /// <param name="keyId">The name that goes into the packet.</param>
    /// <param name="key">32 bytes.</param>
    /// <param name="options">At most 32 KiB, not empty.</param>
    /// <exception cref="KeyProviderException"><see cref="FailureReason.BadRequest"/>: too many options, or none.</exception>
    /// <exception cref="ArgumentException">A key of another size.</exception>
    public static AnnotationPacket Seal(string keyId, ReadOnlySpan<byte> key, ReadOnlySpan<byte> options)
    {
        CheckOptions(options.Length);
        var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        var wrapped = new byte[options.Length + TagBytes];
        using var cipher = Cipher(key);
        cipher.Encrypt(nonce, options, wrapped.AsSpan(0, options.Length), wrapped.AsSpan(options.Length));
        return new AnnotationPacket(PacketFamily.CocoV1, keyId, nonce, wrapped);
    }

    /// <summary>Unwraps into an array that does not move in memory; the caller zeroes it.</summary>
    /// <param name="packet">As it was read.</param>
    /// <param name="key">32 bytes.</param>
    /// <exception cref="KeyProviderException"><see cref="FailureReason.Integrity"/>: altered, or made under another key.</exception>
    /// <exception cref="ArgumentException">A key of another size.</exception>
    public static byte[] Open(AnnotationPacket packet, ReadOnlySpan<byte> key)
    {
        var length = packet.WrappedData.Length - TagBytes;
        if (length < 0 || packet.Iv.Length != NonceBytes) throw DoesNotOpen(packet);
        var options = GC.AllocateUninitializedArray<byte>(length, pinned: true);
        using var cipher = Cipher(key);
        try
        {
            cipher.Decrypt(packet.Iv, packet.WrappedData.AsSpan(0, length), packet.WrappedData.AsSpan(length), options);
            return options;
        }
        catch (CryptographicException)
        {
            CryptographicOperations.ZeroMemory(options);
            throw DoesNotOpen(packet);
        }
    }

    /// <summary>The failure of a packet that was altered, or made under another key.</summary>
    internal static KeyProviderException DoesNotOpen(AnnotationPacket packet) => new(
        FailureReason.Integrity, $"the packet does not open under key {Printable.Of(packet.KeyId)}",
        "it was altered, or wrapped under another key of that name");

    /// <summary>Whether options of that size can be wrapped.</summary>
    /// <exception cref="KeyProviderException"><see cref="FailureReason.BadRequest"/>: they cannot.</exception>
    internal static void CheckOptions(int length)
    {
        if (length == 0) throw new KeyProviderException(FailureReason.BadRequest, "the request's private options are empty");
        if (length > PacketLimits.OptionsBytes)
        {
            throw new KeyProviderException(FailureReason.BadRequest, $"the request's private options have {length} bytes; at most {PacketLimits.OptionsBytes} are wrapped");
        }
    }

    private static AesGcm Cipher(ReadOnlySpan<byte> key) => key.Length == KeyBytes
        ? new AesGcm(key, TagBytes)
        : throw new ArgumentException($"a key of {key.Length} bytes instead of {KeyBytes}", nameof(key));
}
