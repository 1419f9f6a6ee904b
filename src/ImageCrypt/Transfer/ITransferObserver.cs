using Coffer.Oci;

namespace Coffer.ImageCrypt.Transfer;

/// <summary>Hears what a transfer does. Called from several threads at once.</summary>
public interface ITransferObserver
{
    /// <summary>All that will be moved is known: bytes in total over blobs that are not passed over.</summary>
    void Plan(int blobs, long bytes);

    /// <summary>A blob begins; the result is disposed when it ended, well or not.</summary>
    /// <param name="doing">Such as <c>encrypting</c> or <c>copying</c>.</param>
    /// <param name="blob">Digest and size in bytes of the source blob.</param>
    IBlobObserver Begin(string doing, Descriptor blob);

    /// <summary>Something a person should know that does not stop the work: one line.</summary>
    void Warn(string message);
}

/// <summary>Hears how one blob fares.</summary>
public interface IBlobObserver : IDisposable
{
    /// <summary>So many more bytes of the source blob were read; negative when a retry starts over.</summary>
    void Advance(long bytes);

    /// <summary>The destination had the blob already: nothing was moved.</summary>
    void Reused();

    /// <summary>The blob ended well.</summary>
    void Complete();
}
