using System.Security.Cryptography;
using Coffer.KeyProvider.Files;
using Coffer.Oci;
using Coffer.Pkcs11;
using Coffer.Pkcs11.Configuration;
using Coffer.Service.Files;

namespace Coffer.KeyProvider.Sources.Pkcs11;

/// <summary>Reads where a token's key is, and how to log in.</summary>
internal static class TokenKeyFile
{
    private const int MostBytes = 64 * 1024;
    private const UnixFileMode Writing = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const UnixFileMode Reading = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>The caller disposes it.</summary>
    /// <exception cref="CofferException">The file cannot be read, is no key file, or is open to others.</exception>
    public static Pkcs11KeyFile Read(TokenKeySettings key, string source)
    {
        try
        {
            return key.IsUri ? Pkcs11KeyFile.Parse(key.Place, $"key {key.Name} of the source '{source}'") : ReadFile(key.Place);
        }
        catch (Exception e) when (e is Pkcs11Exception or IOException or UnauthorizedAccessException)
        {
            throw new CofferException($"key '{key.Name}' of the source '{source}': {Printable.Of(e.Message, 1024)}", ExitStatus.Failed, (e as Pkcs11Exception)?.Hint, e);
        }
    }

    private static Pkcs11KeyFile ReadFile(string path)
    {
        if (ResolvedPath.Of(path) is not { } real || FileFacts.Of(real) is not { Type: FileFacts.Kind.File } facts)
        {
            throw new Pkcs11Exception($"{path} is not a file or cannot be reached");
        }
        if (!facts.IsOurs) throw new Pkcs11Exception($"{path} belongs to user {facts.Owner}, neither to user {FileFacts.CurrentUser} nor to root");
        if (facts.OthersMay(Writing)) throw new Pkcs11Exception($"{path} can be written by others", "chmod 0600");
        if (facts.Size > MostBytes) throw new Pkcs11Exception($"{path} is longer than {MostBytes} bytes");
        var content = File.ReadAllBytes(real);
        try
        {
            var file = Pkcs11KeyFile.Parse(content, path);
            if (!facts.OthersMay(Reading) || !file.Uri.HasPin || file.Uri.PinSource is not null) return file;
            file.Dispose();
            throw new Pkcs11Exception($"{path} carries a PIN and can be read by others", "chmod 0600, or use pin-source");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }
}
