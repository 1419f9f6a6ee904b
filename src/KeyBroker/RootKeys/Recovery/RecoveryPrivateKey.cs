using System.Security.Cryptography;
using Coffer.Jose;
using Coffer.KeyBroker.Files;
using Coffer.Oci;

namespace Coffer.KeyBroker.RootKeys.Recovery;

/// <summary>The private half of a recovery key, brought to a machine for the moment in which a root key is recovered.</summary>
internal sealed class RecoveryPrivateKey : IDisposable
{
    private const int MostBytes = 64 * 1024;
    private const int MostPasswordBytes = 1024;

    private readonly Jwk _key;

    private RecoveryPrivateKey(Jwk key) => _key = key;

    /// <summary>Reads it from PEM: PKCS #8, also encrypted, PKCS #1 or SEC 1. The file must be closed to other users.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="passwordFile">The file of its password, whose trailing newline is taken off; null for none.</param>
    /// <exception cref="CofferException">It cannot be read or opened.</exception>
    public static RecoveryPrivateKey Read(string file, string? passwordFile)
    {
        var content = PrivateFiles.Read(file, MostBytes) ?? throw new CofferException($"there is no file {Printable.Of(file)}");
        var password = passwordFile is null ? null : PrivateFiles.Read(passwordFile, MostPasswordBytes) ?? throw new CofferException($"there is no file {Printable.Of(passwordFile)}");
        var text = GC.AllocateUninitializedArray<char>(content.Length, pinned: true);
        try
        {
            var characters = text.AsSpan(0, System.Text.Encoding.ASCII.GetChars(content, text));
            return new RecoveryPrivateKey(Import(characters, password.AsSpan().TrimEnd("\r\n"u8), password is not null));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or JoseException)
        {
            var hint = password is null ? "give the private key in PEM; with --recovery-password-file where it is encrypted" : "is the password right?";
            throw new CofferException($"{Printable.Of(file)} holds no private key that opens", ExitStatus.NoUsableKey, hint, e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
            CryptographicOperations.ZeroMemory(password);
            text.AsSpan().Clear();
        }
    }

    /// <summary>Opens a root key that was sealed to it. The caller disposes it.</summary>
    /// <exception cref="CofferException">Exit status 3: it was sealed to another key, or changed.</exception>
    public RootKey Open(RecoveryCopy copy, string name)
    {
        if (_key.Thumbprint() != copy.Thumbprint) throw new CofferException("the root key was sealed to another recovery key", ExitStatus.NoUsableKey, $"its thumbprint is {Printable.Of(copy.Thumbprint)}, and this one's {_key.Thumbprint()}");
        try
        {
            var key = Jwe.Parse(copy.Jwe).Decrypt(_key);
            try
            {
                return key.Length == RootKey.Bytes ? new RootKey(name, new SecretBytes(key)) : throw new CofferException("what the recovery key opened is no root key", ExitStatus.Integrity);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(key);
            }
        }
        catch (JoseException e)
        {
            throw new CofferException("the recovery key does not open the root key that was sealed to it: it was changed", ExitStatus.Integrity, null, e);
        }
    }

    public void Dispose() => _key.Dispose();

    private static Jwk Import(ReadOnlySpan<char> pem, ReadOnlySpan<byte> password, bool isEncrypted)
    {
        try
        {
            using var rsa = RSA.Create();
            if (!isEncrypted) rsa.ImportFromPem(pem);
            else rsa.ImportFromEncryptedPem(pem, password);
            return Taken(rsa.ExportPkcs8PrivateKey());
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            using var curve = ECDiffieHellman.Create();
            if (!isEncrypted) curve.ImportFromPem(pem);
            else curve.ImportFromEncryptedPem(pem, password);
            return Taken(curve.ExportPkcs8PrivateKey());
        }
    }

    private static Jwk Taken(byte[] der)
    {
        try
        {
            return Jwk.ImportPkcs8(der);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }
}
