using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Coffer.KeyBroker.RootKeys.Ring;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.RootKeys;

/// <summary>
/// Seals records: AES-256-GCM (NIST SP 800-38D) under a key of their own, which HKDF-SHA-256 makes of the purpose's key and 32 random
/// bytes, so that no nonce can meet a key twice. Bound to where the record stands: moved to another key or collection it does not open.
/// A sealed record is one byte with the generation of the root key (1 where that never changed), 32 bytes of salt, the ciphertext, and 16
/// bytes of tag. Safe for many calls at once.
/// </summary>
internal sealed class RecordSealer : IDisposable
{
    /// <summary>How much longer a sealed record is, in bytes.</summary>
    public const int Overhead = 1 + SaltBytes + TagBytes;

    private const string Purpose = "records";
    private const int SaltBytes = 32;
    private const int TagBytes = 16;
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;

    private readonly KeyRing _ring;
    private readonly KeyRing? _own;

    /// <param name="root">A root key alone, or the store's ring; stays the caller's.</param>
    public RecordSealer(IRootKey root)
    {
        _ring = KeyRing.Of(root);
        _own = ReferenceEquals(_ring, root) ? null : _ring;
    }

    /// <summary>The generation that a record is sealed under; null where it is no sealed record.</summary>
    public static byte? GenerationOf(ReadOnlySpan<byte> record) => record.Length >= Overhead && record[0] != 0 ? record[0] : null;

    /// <summary>Seals what is to stand under a key of a collection, within the transaction that puts it there.</summary>
    /// <exception cref="InvalidOperationException">Outside of a transaction, or the collection is none of <see cref="Collections.Sealed"/>.</exception>
    public byte[] Seal(string collection, string key, ReadOnlySpan<byte> value)
    {
        var (generation, secret) = _ring.Sealing(collection, Purpose);
        var result = new byte[Overhead + value.Length];
        result[0] = generation;
        var salt = result.AsSpan(1, SaltBytes);
        RandomNumberGenerator.Fill(salt);
        using var cipher = CipherOf(secret, salt, out var nonce);
        cipher.Encrypt(nonce, value, result.AsSpan(1 + SaltBytes, value.Length), result.AsSpan(result.Length - TagBytes), Context(generation, collection, key));
        return result;
    }

    /// <summary>Opens what stands there.</summary>
    /// <returns>The caller disposes it.</returns>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: it was changed, moved, or sealed under another root key.</exception>
    public SecretBytes Open(string collection, string key, ReadOnlySpan<byte> record)
    {
        if (GenerationOf(record) is not { } generation) throw Broken(collection, key, null);
        var secret = _ring.Key(generation, Purpose, () => Broken(collection, key, null));
        var opened = new SecretBytes(record.Length - Overhead);
        try
        {
            using var cipher = CipherOf(secret, record.Slice(1, SaltBytes), out var nonce);
            cipher.Decrypt(nonce, record[(1 + SaltBytes)..^TagBytes], record[^TagBytes..], opened.Span, Context(generation, collection, key));
            return opened;
        }
        catch (CryptographicException e)
        {
            opened.Dispose();
            throw Broken(collection, key, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _own?.Dispose();

    private static AesGcm CipherOf(SecretBytes key, ReadOnlySpan<byte> salt, out byte[] nonce)
    {
        Span<byte> derived = stackalloc byte[KeyBytes + NonceBytes];
        try
        {
            HKDF.DeriveKey(HashAlgorithmName.SHA256, key.Span, derived, salt, "coffer-record-1"u8);
            nonce = derived[KeyBytes..].ToArray();
            return new AesGcm(derived[..KeyBytes], TagBytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    // The length in front keeps a collection and a key from being read as another two.
    private static byte[] Context(byte generation, string collection, string key)
    {
        var first = Encoding.UTF8.GetByteCount(collection);
        var context = new byte[1 + sizeof(int) + first + Encoding.UTF8.GetByteCount(key)];
        context[0] = generation;
        BinaryPrimitives.WriteInt32BigEndian(context.AsSpan(1), first);
        Encoding.UTF8.GetBytes(collection, context.AsSpan(5));
        Encoding.UTF8.GetBytes(key, context.AsSpan(5 + first));
        return context;
    }

    private static BrokerException Broken(string collection, string key, Exception? inner) => new(
        BrokerFault.Internal, $"the sealed record {Printable.Of(collection)}/{Printable.Of(key)} does not verify", "it was changed in the store; restore it from a backup, or put it anew", inner, ExitStatus.Integrity);
}
