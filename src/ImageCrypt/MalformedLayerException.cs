using Coffer.Oci;

namespace Coffer.ImageCrypt;

/// <summary>The encryption annotations of a layer, or the options inside a packet, cannot be read (<see cref="ExitStatus.Integrity"/>).</summary>
public class MalformedLayerException(string message, string? hint = null, Exception? inner = null)
    : CofferException(message, ExitStatus.Integrity, hint, inner);

/// <summary>A layer names a cipher that this version does not know.</summary>
public sealed class UnknownCipherException(string cipher) : CofferException(
    $"layer cipher '{Printable.Of(cipher, 80)}' is unknown", ExitStatus.Failed, $"only {Cipher.PublicOptions.CipherName} is in use; a newer version may know it");
