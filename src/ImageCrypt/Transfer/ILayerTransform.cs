using Coffer.Oci;

namespace Coffer.ImageCrypt.Transfer;

/// <summary>What becomes of each layer of an image. Decides everything before the first blob moves.</summary>
public interface ILayerTransform
{
    /// <summary>True if Docker's media types become OCI ones on the way.</summary>
    bool ConvertsToOci { get; }

    /// <summary>The changes to one manifest's layers, by position; null where a layer is copied as it is.</summary>
    /// <exception cref="CofferException">Something cannot be done; nothing was written yet.</exception>
    ValueTask<IReadOnlyList<ILayerChange?>> PlanAsync(Manifest manifest, IImageSource source, CancellationToken cancellationToken);

    /// <summary>Every manifest was planned and nothing has moved yet: the last moment to refuse the whole.</summary>
    /// <exception cref="CofferException">Refused.</exception>
    void Planned() { }
}

/// <summary>One planned change. Owned by the transfer, which disposes it.</summary>
public interface ILayerChange : IDisposable
{
    /// <summary>Such as <c>encrypting</c>, for progress.</summary>
    string Doing { get; }

    /// <summary>Changes with equal keys give the same result and run once, so that identical layers stay identical.</summary>
    string Key { get; }

    /// <summary>Does it.</summary>
    /// <returns>How a descriptor of such a layer is to be rewritten.</returns>
    Task<Func<Descriptor, Descriptor>> RunAsync(Descriptor layer, BlobTransfer transfer, CancellationToken cancellationToken);
}
