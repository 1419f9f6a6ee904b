namespace Coffer.Oci;

/// <summary>
/// A stream that checks a digest, and leaves the hashing to a reader that can do it beside its other work. Streams that
/// only pass bytes on pass this on too.
/// </summary>
public interface IHandsOverHashing
{
    /// <summary>
    /// From now on this stream checks the size but hashes nothing, and its end proves nothing: the reader hashes all it is given and calls
    /// <see cref="Judge"/> before it reports a good end itself.
    /// </summary>
    /// <returns>False, and nothing changes, where bytes were read already or the digest is no sha256.</returns>
    bool TryHandOver();

    /// <summary>Compares the reader's result with the promise.</summary>
    /// <exception cref="IntegrityException">They differ.</exception>
    void Judge(Digest actual);
}
