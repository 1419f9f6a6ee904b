namespace Coffer.Interop.Matrix;

/// <summary>Who encrypts and who decrypts.</summary>
internal enum Direction
{
    /// <summary>The product encrypts, the peer decrypts.</summary>
    PeerDecrypts,

    /// <summary>The peer encrypts, the product decrypts.</summary>
    PeerEncrypts,
}
