using System.Security.Cryptography;

namespace Coffer.ImageCrypt.Keys;

/// <summary>An OpenPGP keyring with secret keys, and the passphrase that protects them.</summary>
/// <param name="source">As the user named it.</param>
/// <param name="keyring">Transferable secret keys, binary or ASCII-armored, as the file has them; owned, zeroed on disposal.</param>
/// <param name="passphrase">The passphrase's bytes, or null if none was given; owned, zeroed on disposal.</param>
public sealed class PgpKeyringIdentity(string source, byte[] keyring, byte[]? passphrase) : Identity(source)
{
    /// <summary>Transferable secret keys, binary or ASCII-armored.</summary>
    public ReadOnlyMemory<byte> Keyring => keyring;

    /// <summary>The passphrase; null if none was given.</summary>
    // Without the default, null would become an empty passphrase: a null array converts to empty memory.
    public ReadOnlyMemory<byte>? Passphrase => passphrase is null ? default(ReadOnlyMemory<byte>?) : passphrase;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        CryptographicOperations.ZeroMemory(keyring);
        CryptographicOperations.ZeroMemory(passphrase);
    }
}
