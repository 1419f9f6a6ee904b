using Coffer.Oci;

namespace Coffer.ImageCrypt.Keys;

/// <summary>The password given does not open a protected key (<see cref="ExitStatus.NoUsableKey"/>).</summary>
/// <param name="source">The key as the user named it.</param>
public sealed class WrongPasswordException(string source)
    : CofferException($"wrong password for key '{Printable.Of(source)}'", ExitStatus.NoUsableKey);
