using Coffer.Jose.Encryption;

namespace Coffer.Jose;

/// <summary>What a JWE says of one recipient, readable without any key. Only protected members are authenticated, and only once it opened.</summary>
public sealed class JweRecipientInfo
{
    internal JweRecipientInfo(int index, JoseHeader header, byte[] encryptedKey)
    {
        Index = index;
        Header = header;
        EncryptedKey = encryptedKey;
    }

    /// <summary>The place in the list, from 0.</summary>
    public int Index { get; }

    /// <summary>All header members that apply to this recipient.</summary>
    public JoseHeader Header { get; }

    /// <summary>The key management algorithm (`alg`).</summary>
    public required string Algorithm { get; init; }

    /// <summary>The content encryption algorithm (`enc`), the same for every recipient.</summary>
    public required string ContentEncryption { get; init; }

    /// <summary>The recipient's key name (`kid`), if the writer gave one as text.</summary>
    public string? KeyId => Header.GetString("kid");

    /// <summary>The curve of the sender's ephemeral key (`epk`), hence of the recipient's; `null` unless ECDH-ES.</summary>
    public string? EphemeralCurve { get; init; }

    /// <summary>Why this recipient cannot be opened with whatever key, or <see langword="null"/> if it can be tried.</summary>
    public string? Refusal { get; init; }

    /// <summary>The length of the encrypted key in bytes: of RSA algorithms it is the length of the modulus. 0 if there is none.</summary>
    public int EncryptedKeyLength => EncryptedKey.Length;

    internal byte[] EncryptedKey { get; }

    internal KeyAlgorithm? KeyAlgorithm { get; init; }

    internal KeyAgreement? Agreement { get; init; }
}
