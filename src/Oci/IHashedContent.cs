namespace Coffer.Oci;

/// <summary>
/// A stream that hashes the bytes it gives, because it does so beside other work at little cost. Whoever stores them
/// under their sha256 digest need not hash them again.
/// </summary>
public interface IHashedContent
{
    /// <summary>True where <see cref="Sha256"/> will be there at the end; known before the first byte.</summary>
    bool IsHashing { get; }

    /// <summary>Digest of every byte that was given.</summary>
    /// <exception cref="InvalidOperationException">The end was not read yet, or this stream does not hash.</exception>
    Digest Sha256 { get; }
}
