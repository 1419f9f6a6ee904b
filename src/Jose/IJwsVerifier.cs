namespace Coffer.Jose;

/// <summary>
/// Checks signatures with one key. It names the algorithms that it accepts, so that a sender never chooses how a key is
/// used. The seam for algorithms that the platform lacks, such as EdDSA.
/// </summary>
public interface IJwsVerifier
{
    /// <summary>Whether this key may be used with the `alg` value that a signature claims.</summary>
    bool Accepts(string algorithm);

    /// <summary>Checks a signature; called only with an algorithm that <see cref="Accepts"/> approved.</summary>
    /// <param name="algorithm">The `alg` value.</param>
    /// <param name="signingInput">The ASCII text of RFC 7515 section 5.1 step 8, not hashed yet.</param>
    /// <param name="signature">The signature as it came: of any length.</param>
    bool Verify(string algorithm, ReadOnlySpan<byte> signingInput, ReadOnlySpan<byte> signature);
}
