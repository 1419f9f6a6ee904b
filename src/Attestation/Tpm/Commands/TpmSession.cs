using System.Security.Cryptography;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Commands;

/// <summary>
/// A salted HMAC or policy session (TPM 2.0 Library Part 1, sections 19.6 and 21): authorizes for entities with an empty authorization
/// value, proves that commands and responses were not changed on the way, and encrypts the response's first parameter. SHA-256 and
/// AES-128 in CFB mode. Disposal zeroes its key; <see cref="TpmConnection"/> flushes it in the TPM.
/// </summary>
internal sealed class TpmSession : ITpmAuthorization, IDisposable
{
    /// <summary>The session's hash.</summary>
    public const TpmAlgorithm Hash = TpmAlgorithm.Sha256;

    /// <summary>Size of a nonce in bytes.</summary>
    public const int NonceBytes = 32;

    private const byte ContinueSession = 0x01;
    private const byte EncryptSession = 0x40;
    private const int CipherKeyBytes = 16;
    private const int BlockBytes = 16;
    private readonly byte[] _key;
    private byte[] _nonceCaller;
    private byte[] _nonceTpm;

    /// <summary>Derives the session's key.</summary>
    /// <param name="handle">The session's.</param>
    /// <param name="salt">The shared secret.</param>
    /// <param name="nonceCaller">Sent when it was started.</param>
    /// <param name="nonceTpm">The answer to that.</param>
    public TpmSession(uint handle, SessionSalt salt, byte[] nonceCaller, byte[] nonceTpm)
    {
        Handle = TpmHandle.Unnamed(handle);
        (_nonceCaller, _nonceTpm) = (nonceCaller, nonceTpm);
        _key = KeyDerivation.FromKey(Hash, salt.Value, "ATH"u8, nonceTpm, nonceCaller, TpmHash.Size(Hash));
    }

    /// <summary>The session's handle.</summary>
    public TpmHandle Handle { get; }

    /// <summary>The TPM's newest nonce.</summary>
    public ReadOnlySpan<byte> NonceTpm => _nonceTpm;

    /// <summary>Whether it encrypts the first parameter of responses.</summary>
    public bool EncryptsResponse { get; set; }

    // Kept alive always and flushed by us: what the TPM ends by itself on success but not on failure is hard to follow.
    private byte Attributes => (byte)(ContinueSession | (EncryptsResponse ? EncryptSession : 0));

    public void Write(TpmWriter writer, ReadOnlySpan<byte> parts)
    {
        _nonceCaller = RandomNumberGenerator.GetBytes(NonceBytes);
        writer.UInt32(Handle.Value).Sized(_nonceCaller).Byte(Attributes).Sized(Mac(parts, _nonceCaller, _nonceTpm, Attributes));
    }

    public void Read(ref TpmReader reader, ReadOnlySpan<byte> parts)
    {
        _nonceTpm = reader.ReadSized(TpmHash.MostBytes, "nonce").ToArray();
        var attributes = reader.ReadByte();
        var mac = reader.ReadSized(TpmHash.MostBytes, "HMAC");
        if (!CryptographicOperations.FixedTimeEquals(mac, Mac(parts, _nonceTpm, _nonceCaller, attributes)))
        {
            throw new AttestationException(AttestationFault.Untrusted, "the response of the TPM does not carry the session's HMAC", "something between this process and the TPM changes what they say");
        }
    }

    /// <summary>Decrypts the first parameter of the response that was read last, in place.</summary>
    /// <param name="parameter">Its content, without the length before it.</param>
    public void DecryptResponse(Span<byte> parameter)
    {
        var derived = KeyDerivation.FromKey(Hash, _key, "CFB"u8, _nonceTpm, _nonceCaller, CipherKeyBytes + BlockBytes);
        var key = derived[..CipherKeyBytes];
        var padded = new byte[(parameter.Length + BlockBytes - 1) / BlockBytes * BlockBytes];
        parameter.CopyTo(padded);
        using var aes = Aes.Create();
        aes.Key = key;
        // Whole blocks are asked for; the surplus of the last one is no part of the text.
        var clear = aes.DecryptCfb(padded, derived.AsSpan(CipherKeyBytes), PaddingMode.None, feedbackSizeInBits: 8 * BlockBytes);
        clear.AsSpan(0, parameter.Length).CopyTo(parameter);
        CryptographicOperations.ZeroMemory(clear);
        CryptographicOperations.ZeroMemory(derived);
        CryptographicOperations.ZeroMemory(key);
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    private byte[] Mac(ReadOnlySpan<byte> parts, ReadOnlySpan<byte> newer, ReadOnlySpan<byte> older, byte attributes)
    {
        using var hmac = IncrementalHash.CreateHMAC(TpmHash.Platform(Hash), _key);
        hmac.AppendData(TpmHash.Hash(Hash, parts));
        hmac.AppendData(newer);
        hmac.AppendData(older);
        hmac.AppendData([attributes]);
        return hmac.GetHashAndReset();
    }
}
