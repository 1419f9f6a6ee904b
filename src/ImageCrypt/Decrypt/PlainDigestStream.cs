using Coffer.Oci;

namespace Coffer.ImageCrypt.Decrypt;

/// <summary>Refuses plaintext that is not what the private options promise: the strict form of a check that is otherwise a warning.</summary>
internal static class PlainDigestStream
{
    /// <exception cref="IntegrityException">The private options promise nothing; reading to the end throws it on a mismatch.</exception>
    public static Stream Over(Stream plaintext, Descriptor layer, Digest? promised) => promised is { } digest
        ? new VerifyingStream(plaintext, layer with { Digest = digest })
        : throw new IntegrityException($"layer {layer.Digest}: its writer recorded no digest of the plaintext", "without --strict, MAC and ciphertext digest are enough");
}
