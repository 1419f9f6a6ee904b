using Coffer.Oci;

namespace Coffer.ImageCrypt.KeyWrap;

/// <summary>A recipient packet that cannot be read (<see cref="ExitStatus.Integrity"/>).</summary>
public sealed class MalformedPacketException(string message, Exception? inner = null)
    : CofferException(message, ExitStatus.Integrity, inner: inner);
