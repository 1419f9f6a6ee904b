using System.Security.Cryptography;
using Coffer.Jose;

namespace Coffer.KeyBroker;

/// <summary>Keys that the broker signs with: ES256 (RFC 7518 section 3.4), named by their RFC 7638 thumbprint.</summary>
internal static class SigningKey
{
    /// <summary>A new one, which the caller disposes.</summary>
    public static Jwk Make()
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var parameters = curve.ExportParameters(includePrivateParameters: true);
        using var bare = Jwk.FromEllipticCurve(parameters);
        CryptographicOperations.ZeroMemory(parameters.D);
        return bare.WithNames(bare.Thumbprint(), "ES256");
    }
}
