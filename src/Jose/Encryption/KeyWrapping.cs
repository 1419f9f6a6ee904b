using System.Security.Cryptography;
using Coffer.Jose.Keys;

namespace Coffer.Jose.Encryption;

/// <summary>A recipient on the writing side: its algorithm chosen and checked against its key.</summary>
internal sealed class KeyWrapping
{
    private readonly Jwk _key;
    private readonly ContentAlgorithm _content;

    private KeyWrapping(KeyAlgorithm algorithm, string? keyId, Jwk key, ContentAlgorithm content)
    {
        Algorithm = algorithm;
        KeyId = keyId;
        _key = key;
        _content = content;
    }

    public KeyAlgorithm Algorithm { get; }

    public string? KeyId { get; }

    /// <summary>The sender's ephemeral key of ECDH-ES, once the key is wrapped or agreed.</summary>
    public EcKey? Ephemeral { get; private set; }

    /// <summary>Empty for the algorithms without one.</summary>
    public byte[] EncryptedKey { get; private set; } = [];

    public static KeyWrapping Choose(JweRecipient recipient, ContentAlgorithm content)
    {
        var key = recipient.Key;
        key.ThrowIfDisposed();
        var name = recipient.Algorithm ?? NameFor(key, content);
        var algorithm = KeyAlgorithm.Find(name) ?? throw JoseException.Unsupported(KeyAlgorithm.RefusalOf(name));
        if (algorithm.KeyType != key.Type)
        {
            throw JoseException.UnsuitableKey($"{algorithm.Name} cannot be used with {key}");
        }

        if (!key.Permits("enc", "encrypt", "wrapKey", "deriveKey", "deriveBits"))
        {
            throw JoseException.UnsuitableKey($"{key} says of itself that it is not for encryption (\"use\" or \"key_ops\")");
        }

        var wanted = algorithm.Kind == KeyAlgorithmKind.Direct ? content.KeyBytes : algorithm.KekBytes;
        if (key.Octets is { } octets && octets.Value.Length != wanted)
        {
            throw JoseException.UnsuitableKey($"{algorithm.Name} with {content.Name} takes a key of {wanted} bytes, not {octets.Value.Length}");
        }

        return new KeyWrapping(algorithm, recipient.KeyId ?? key.KeyId, key, content);
    }

    /// <summary>The content key that the algorithm itself yields, to be zeroed by the caller; otherwise a fresh random one.</summary>
    public byte[] MakeContentKey() => Algorithm.Kind switch
    {
        KeyAlgorithmKind.Direct => _key.ExportSymmetric(),
        KeyAlgorithmKind.Agreement => Agree(_content.Name, _content.KeyBytes),
        _ => RandomNumberGenerator.GetBytes(_content.KeyBytes),
    };

    public void Wrap(byte[] cek)
    {
        switch (Algorithm.Kind)
        {
            case KeyAlgorithmKind.RsaOaep:
                using (var rsa = _key.PlatformRsa!.Rent())
                {
                    EncryptedKey = rsa.Key.Encrypt(cek, Algorithm.Padding!);
                }

                break;
            case KeyAlgorithmKind.AgreementWithWrap:
                var kek = Agree(Algorithm.Name, Algorithm.KekBytes);
                EncryptedKey = AesKeyWrap.Wrap(kek, cek);
                CryptographicOperations.ZeroMemory(kek);
                break;
            case KeyAlgorithmKind.Wrap:
                EncryptedKey = AesKeyWrap.Wrap(_key.Octets!.Value, cek);
                break;
        }
    }

    private byte[] Agree(string algorithm, int keyBytes)
    {
        using var own = ECDiffieHellman.Create(_key.Ec!.Curve.Platform);
        Ephemeral = EcKey.FromPlatform(own.ExportParameters(includePrivateParameters: false));
        return KeyAgreement.Derive(own, _key.Ec, algorithm, [], [], keyBytes);
    }

    private static string NameFor(Jwk key, ContentAlgorithm content)
    {
        if (key.Algorithm is { } own)
        {
            return key.Type == JwkType.Symmetric && own == content.Name ? "dir" : own;
        }

        return key.Type switch
        {
            JwkType.Rsa => "RSA-OAEP",
            JwkType.EllipticCurve => "ECDH-ES+A256KW",
            _ when key.KeyBits is 128 or 192 or 256 => $"A{key.KeyBits}KW",
            _ => throw JoseException.UnsuitableKey($"{key} has no AES key size"),
        };
    }
}
