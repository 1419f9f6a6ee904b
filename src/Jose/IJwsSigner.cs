namespace Coffer.Jose;

/// <summary>
/// Makes signatures with one key and one algorithm. The seam for keys that cannot be exported and for algorithms that the
/// platform lacks, such as EdDSA.
/// </summary>
public interface IJwsSigner
{
    /// <summary>The `alg` value.</summary>
    string Algorithm { get; }

    /// <summary>The `kid` value to write, if any.</summary>
    string? KeyId { get; }

    /// <summary>Signs.</summary>
    /// <param name="signingInput">The ASCII text of RFC 7515 section 5.1 step 8, not hashed yet.</param>
    /// <returns>The signature as the algorithm's RFC lays it out.</returns>
    byte[] Sign(ReadOnlySpan<byte> signingInput);
}
