namespace Coffer.Jose;

/// <summary>The key families of RFC 7518 section 6 (`kty`).</summary>
public enum JwkType
{
    /// <summary>`RSA`, 2048 to 16384 bits.</summary>
    Rsa,

    /// <summary>`EC` on P-256, P-384 or P-521.</summary>
    EllipticCurve,

    /// <summary>`oct`: a symmetric key.</summary>
    Symmetric,
}
