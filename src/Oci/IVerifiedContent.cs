namespace Coffer.Oci;

/// <summary>
/// A stream that reports its end only if its bytes are those of a descriptor, itself or through the stream it wraps.
/// Whoever stores it under that digest need not hash it again.
/// </summary>
public interface IVerifiedContent
{
    /// <summary>The descriptor that the end of the stream proves; null where nothing is proven.</summary>
    Descriptor? Proves { get; }
}
