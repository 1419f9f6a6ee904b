using Coffer.Oci;

namespace Coffer.ImageCrypt.Transfer;

/// <summary>An observer that tells nobody.</summary>
public sealed class SilentObserver : ITransferObserver
{
    /// <summary>The one instance.</summary>
    public static SilentObserver Instance { get; } = new();

    /// <inheritdoc/>
    public void Plan(int blobs, long bytes) { }

    /// <inheritdoc/>
    public IBlobObserver Begin(string doing, Descriptor blob) => Blob.Instance;

    /// <inheritdoc/>
    public void Warn(string message) { }

    private sealed class Blob : IBlobObserver
    {
        public static readonly Blob Instance = new();

        public void Advance(long bytes) { }

        public void Reused() { }

        public void Complete() { }

        public void Dispose() { }
    }
}
