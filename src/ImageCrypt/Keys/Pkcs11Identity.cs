using System.Security.Cryptography;

namespace Coffer.ImageCrypt.Keys;

/// <summary>A private key in a PKCS#11 token, named by a key file: the YAML form or a bare <c>pkcs11:</c> URI.</summary>
/// <param name="source">As the user named it.</param>
/// <param name="keyFile">The file's bytes in UTF-8, which can hold a PIN; owned, zeroed on disposal.</param>
public sealed class Pkcs11Identity(string source, byte[] keyFile) : Identity(source)
{
    /// <summary>The key file as it stands, in UTF-8.</summary>
    public ReadOnlyMemory<byte> KeyFile => keyFile;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => CryptographicOperations.ZeroMemory(keyFile);
}
