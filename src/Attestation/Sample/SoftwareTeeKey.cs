using System.Security.Cryptography;
using Coffer.Attestation.Protocol;
using Coffer.Jose;

namespace Coffer.Attestation.Sample;

/// <summary>A key on P-256 that lives in this process's memory and dies with it. Safe for many calls at once.</summary>
internal sealed class SoftwareTeeKey : ITeeKey
{
    private readonly Jwk _key;
    private readonly JwkUnwrapper _unwrapper;

    private SoftwareTeeKey(Jwk key, TeePublicKey publicKey) => (_key, _unwrapper, Public) = (key, new JwkUnwrapper(key), publicKey);

    /// <inheritdoc/>
    public TeePublicKey Public { get; }

    /// <summary>Makes a new one.</summary>
    public static SoftwareTeeKey Create()
    {
        using var pair = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var parameters = pair.ExportParameters(includePrivateParameters: true);
        try
        {
            return new SoftwareTeeKey(Jwk.FromEllipticCurve(parameters), TeePublicKey.FromEllipticCurve(parameters));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(parameters.D);
        }
    }

    /// <inheritdoc/>
    public byte[]? Unwrap(JweRecipientInfo recipient, ReadOnlySpan<byte> encryptedKey) => _unwrapper.Unwrap(recipient, encryptedKey);

    /// <summary>Zeroes the private half.</summary>
    public void Dispose() => _key.Dispose();
}
