using System.Security.Cryptography;
using Coffer.Jose.Text;

namespace Coffer.Jose.Encryption;

internal enum KeyAlgorithmKind
{
    RsaOaep,
    Agreement,
    AgreementWithWrap,
    Wrap,
    Direct,
}

/// <summary>The key management algorithms of RFC 7518 section 4.1 that are used here.</summary>
internal sealed record KeyAlgorithm(string Name, KeyAlgorithmKind Kind, int KekBytes = 0, RSAEncryptionPadding? Padding = null)
{
    private static readonly KeyAlgorithm[] All =
    [
        new("RSA-OAEP", KeyAlgorithmKind.RsaOaep, Padding: RSAEncryptionPadding.OaepSHA1),
        new("RSA-OAEP-256", KeyAlgorithmKind.RsaOaep, Padding: RSAEncryptionPadding.OaepSHA256),
        new("ECDH-ES", KeyAlgorithmKind.Agreement),
        new("ECDH-ES+A128KW", KeyAlgorithmKind.AgreementWithWrap, 16),
        new("ECDH-ES+A192KW", KeyAlgorithmKind.AgreementWithWrap, 24),
        new("ECDH-ES+A256KW", KeyAlgorithmKind.AgreementWithWrap, 32),
        new("A128KW", KeyAlgorithmKind.Wrap, 16),
        new("A192KW", KeyAlgorithmKind.Wrap, 24),
        new("A256KW", KeyAlgorithmKind.Wrap, 32),
        new("dir", KeyAlgorithmKind.Direct),
    ];

    /// <summary>Whether the content key comes from the key itself, so that there is one recipient and no encrypted key.</summary>
    public bool HasNoEncryptedKey => Kind is KeyAlgorithmKind.Agreement or KeyAlgorithmKind.Direct;

    public JwkType KeyType => Kind switch
    {
        KeyAlgorithmKind.RsaOaep => JwkType.Rsa,
        KeyAlgorithmKind.Agreement or KeyAlgorithmKind.AgreementWithWrap => JwkType.EllipticCurve,
        _ => JwkType.Symmetric,
    };

    public static KeyAlgorithm? Find(string name) => Array.Find(All, algorithm => algorithm.Name == name);

    /// <summary>Why an algorithm that <see cref="Find"/> does not know is not used.</summary>
    public static string RefusalOf(string name) => name switch
    {
        "RSA1_5" => "key management \"RSA1_5\" is refused: PKCS#1 v1.5 padding lets an attacker probe for the key; use RSA-OAEP",
        _ when name.StartsWith("PBES2-", StringComparison.Ordinal) =>
            $"key management {BoundedJson.Shown(name)} is refused: it derives from a password with as many iterations (\"p2c\") as the sender pleases",
        "A128GCMKW" or "A192GCMKW" or "A256GCMKW" => $"key management \"{name}\" is not supported; use A256KW",
        _ => $"key management {BoundedJson.Shown(name)} is not supported",
    };
}
