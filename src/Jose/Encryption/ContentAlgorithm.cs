using System.Security.Cryptography;

namespace Coffer.Jose.Encryption;

/// <summary>The content encryption algorithms of RFC 7518 section 5.1; all lengths in bytes.</summary>
internal sealed record ContentAlgorithm(string Name, int KeyBytes, int IvBytes, int TagBytes, HashAlgorithmName? CbcHash = null)
{
    private static readonly ContentAlgorithm[] All =
    [
        new("A128GCM", 16, 12, 16),
        new("A192GCM", 24, 12, 16),
        new("A256GCM", 32, 12, 16),
        new("A128CBC-HS256", 32, 16, 16, HashAlgorithmName.SHA256),
        new("A192CBC-HS384", 48, 16, 24, HashAlgorithmName.SHA384),
        new("A256CBC-HS512", 64, 16, 32, HashAlgorithmName.SHA512),
    ];

    public static ContentAlgorithm? Find(string name) => Array.Find(All, algorithm => algorithm.Name == name);
}
