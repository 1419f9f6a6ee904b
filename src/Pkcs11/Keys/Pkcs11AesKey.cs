using System.Buffers.Binary;
using System.Security.Cryptography;
using Coffer.Pkcs11.Configuration;
using Coffer.Pkcs11.Modules;
using Coffer.Pkcs11.Native;

namespace Coffer.Pkcs11.Keys;

/// <summary>
/// An AES-256 key in a token, opened for AES-GCM (PKCS #11 2.40 current mechanisms, section 2.12.2) with a tag of 16 bytes and no
/// associated data. The key never leaves the token. Holds a logged-in session until disposed. Thread-safe: operations queue up.
/// </summary>
/// <remarks>See <see cref="Pkcs11RsaKey"/> on keys of one module with different environment variables.</remarks>
public sealed class Pkcs11AesKey : IDisposable
{
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly TokenObject _opened;

    private Pkcs11AesKey(TokenObject opened) => _opened = opened;

    /// <summary>Loads the module, finds the token, logs in and finds the key.</summary>
    /// <exception cref="Pkcs11Exception">Any of it fails, several keys match, or the key is not AES-256.</exception>
    public static Pkcs11AesKey Open(Pkcs11KeyFile keyFile, OcicryptConfig config)
    {
        var opened = TokenObject.Open(keyFile, config, Ck.SecretKeyClass);
        try
        {
            if (opened.Session.ReadAttribute(opened.Handle, Ck.AttributeValueLength) is { Length: > 0 and <= 8 } length && Number(length) != KeyBytes)
                throw new Pkcs11Exception($"the key {keyFile.Uri} has {Number(length)} bytes; AES-256 keys have {KeyBytes}");
            return new Pkcs11AesKey(opened);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Encrypts in the token.</summary>
    /// <param name="nonce">12 bytes, never the same twice for one key.</param>
    /// <param name="plaintext">At most 63 KiB.</param>
    /// <returns>The ciphertext, as long as the plaintext, and behind it the tag.</returns>
    /// <exception cref="Pkcs11Exception">The token refuses, or is gone.</exception>
    public unsafe byte[] Encrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext)
    {
        fixed (byte* iv = Checked(nonce))
        {
            var parameters = Parameters(iv);
            var sealedBytes = _opened.Session.Encrypt(Mechanism(&parameters), _opened.Handle, plaintext);
            return sealedBytes.Length == plaintext.Length + TagBytes ? sealedBytes
                : throw new Pkcs11Exception($"the token answers with {sealedBytes.Length} bytes where AES-GCM of {plaintext.Length} has {plaintext.Length + TagBytes}");
        }
    }

    /// <summary>Decrypts in the token.</summary>
    /// <param name="nonce">12 bytes.</param>
    /// <param name="ciphertext">With the tag behind it.</param>
    /// <returns>The plaintext, which the caller clears; null where the tag does not hold.</returns>
    /// <exception cref="Pkcs11Exception">The token refuses for another reason, or is gone.</exception>
    public byte[]? Decrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext)
    {
        try
        {
            return DecryptOnce(nonce, ciphertext);
        }
        catch (Pkcs11Exception e) when (e.ReturnValue is ReturnValue.EncryptedDataInvalid or ReturnValue.EncryptedDataLengthRange)
        {
            return null;
        }
        catch (Pkcs11Exception e) when (e.ReturnValue is ReturnValue.GeneralError or ReturnValue.FunctionFailed && Works())
        {
            // softhsm2, for one, says nothing better of a wrong tag. A token that does the same thing with sound data is well.
            return null;
        }
    }

    /// <summary>Closes the session. The module stays loaded for the process.</summary>
    public void Dispose() => _opened.Dispose();

    private unsafe byte[] DecryptOnce(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext)
    {
        fixed (byte* iv = Checked(nonce))
        {
            var parameters = Parameters(iv);
            return _opened.Session.Decrypt(Mechanism(&parameters), _opened.Handle, ciphertext);
        }
    }

    private bool Works()
    {
        try
        {
            var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
            return DecryptOnce(nonce, Encrypt(nonce, "sound"u8)).AsSpan().SequenceEqual("sound"u8);
        }
        catch (Pkcs11Exception)
        {
            return false;
        }
    }

    private static unsafe CkMechanism Mechanism(CkGcmParameters* parameters) =>
        new() { Type = Ck.AesGcm, Parameter = parameters, ParameterLength = (nuint)sizeof(CkGcmParameters) };

    private static unsafe CkGcmParameters Parameters(byte* nonce) =>
        new() { Nonce = nonce, NonceLength = NonceBytes, NonceBits = NonceBytes * 8, TagBits = TagBytes * 8 };

    private static ReadOnlySpan<byte> Checked(ReadOnlySpan<byte> nonce) =>
        nonce.Length == NonceBytes ? nonce : throw new ArgumentException($"a nonce of {nonce.Length} bytes instead of {NonceBytes}", nameof(nonce));

    private static ulong Number(ReadOnlySpan<byte> littleEndian)
    {
        Span<byte> whole = stackalloc byte[8];
        littleEndian.CopyTo(whole);
        return BinaryPrimitives.ReadUInt64LittleEndian(whole);
    }
}
