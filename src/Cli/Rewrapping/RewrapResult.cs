using Coffer.ImageCrypt.Transfer;
using Coffer.Oci;

namespace Coffer.Cli.Rewrapping;

/// <summary>What a rewrap made of an image.</summary>
/// <param name="Transfer">Before and after.</param>
/// <param name="Remaining">Replaced manifests that are still there.</param>
/// <param name="WasSigned">Whether signatures were left behind.</param>
internal sealed record RewrapResult(TransferResult Transfer, IReadOnlyList<Digest> Remaining, bool WasSigned);
