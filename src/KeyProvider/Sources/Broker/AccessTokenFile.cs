using System.Security.Cryptography;
using Coffer.KeyProvider.Files;
using Coffer.Oci;
using Coffer.Service.Files;

namespace Coffer.KeyProvider.Sources.Broker;

/// <summary>The file in which an access token for a broker stands, as <c>coffer broker token create</c> prints it, or an issuer's JWT.</summary>
internal static class AccessTokenFile
{
    private const int MostBytes = 16 * 1024; // a JWT may be long
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;

    /// <summary>The token in ASCII, without the white space around it; the caller zeroes it.</summary>
    /// <exception cref="KeyProviderException"><see cref="FailureReason.Unavailable"/>: it cannot be read, everybody may read it, or it holds none.</exception>
    public static byte[] Read(string path)
    {
        var shown = Printable.Of(path);
        if (ResolvedPath.Of(path) is not { } real || FileFacts.Of(real) is not { Type: FileFacts.Kind.File } facts) throw Wrong($"the token file {shown} is not there or cannot be reached");
        if (facts.OthersMay(Others)) throw Wrong($"others may read or write the token file {shown}", $"chmod 0600 {shown}");
        var content = new byte[MostBytes + 1];
        try
        {
            using var file = File.OpenHandle(real);
            var length = RandomAccess.Read(file, content, 0);
            var token = content.AsSpan(0, length).Trim(" \t\r\n"u8);
            if (length > MostBytes || token.Length == 0 || token.ContainsAnyExceptInRange((byte)'!', (byte)'~')) throw Wrong($"the token file {shown} holds no access token");
            return token.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong($"the token file {shown} cannot be read: {Printable.Of(e.Message)}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private static KeyProviderException Wrong(string what, string? hint = "'coffer broker token create --can wrap' prints one") => new(FailureReason.Unavailable, what, hint);
}
