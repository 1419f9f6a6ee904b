namespace Coffer.Oci;

/// <summary>A manifest, index or descriptor that breaks the image specification or our bounds (<see cref="OciLimits"/>).</summary>
public sealed class MalformedImageException(string message, string? hint = null, Exception? inner = null)
    : CofferException(message, ExitStatus.Failed, hint, inner);
