using System.Security.Cryptography;

namespace Coffer.Attestation.Tpm.Structures;

/// <summary>The hash algorithms that are known here, by their TPM identifiers (TPM 2.0 Library Part 2, section 6.3).</summary>
internal static class TpmHash
{
    /// <summary>The longest digest, in bytes.</summary>
    public const int MostBytes = 64;

    /// <summary>All of them, shortest digest first.</summary>
    public static IReadOnlyList<TpmAlgorithm> All { get; } = [TpmAlgorithm.Sha1, TpmAlgorithm.Sha256, TpmAlgorithm.Sha384, TpmAlgorithm.Sha512];

    /// <summary>Whether it is one of <see cref="All"/>.</summary>
    public static bool IsKnown(TpmAlgorithm algorithm) => All.Contains(algorithm);

    /// <summary>Size of a digest in bytes.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unsupported"/>: not of <see cref="All"/>.</exception>
    public static int Size(TpmAlgorithm algorithm) => algorithm switch
    {
        TpmAlgorithm.Sha1 => 20,
        TpmAlgorithm.Sha256 => 32,
        TpmAlgorithm.Sha384 => 48,
        TpmAlgorithm.Sha512 => 64,
        _ => throw Unknown(algorithm),
    };

    /// <summary>The name by which .NET knows it.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unsupported"/>: not of <see cref="All"/>.</exception>
    public static HashAlgorithmName Platform(TpmAlgorithm algorithm) => algorithm switch
    {
        TpmAlgorithm.Sha1 => HashAlgorithmName.SHA1,
        TpmAlgorithm.Sha256 => HashAlgorithmName.SHA256,
        TpmAlgorithm.Sha384 => HashAlgorithmName.SHA384,
        TpmAlgorithm.Sha512 => HashAlgorithmName.SHA512,
        _ => throw Unknown(algorithm),
    };

    /// <summary>Its name in JSON and on command lines, such as <c>sha256</c>.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unsupported"/>: not of <see cref="All"/>.</exception>
    public static string Name(TpmAlgorithm algorithm) => algorithm switch
    {
        TpmAlgorithm.Sha1 => "sha1",
        TpmAlgorithm.Sha256 => "sha256",
        TpmAlgorithm.Sha384 => "sha384",
        TpmAlgorithm.Sha512 => "sha512",
        _ => throw Unknown(algorithm),
    };

    /// <summary>The algorithm of such a name, or null where there is none.</summary>
    public static TpmAlgorithm? Parse(string name)
    {
        foreach (var algorithm in All)
        {
            if (Name(algorithm) == name) return algorithm;
        }
        return null;
    }

    /// <summary>Hashes.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unsupported"/>: not of <see cref="All"/>.</exception>
    public static byte[] Hash(TpmAlgorithm algorithm, ReadOnlySpan<byte> data) => CryptographicOperations.HashData(Platform(algorithm), data);

    private static AttestationException Unknown(TpmAlgorithm algorithm) =>
        new(AttestationFault.Unsupported, $"the hash algorithm 0x{(ushort)algorithm:x4} of the TPM is not known here");
}
