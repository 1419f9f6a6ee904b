using System.Security.Cryptography;

namespace Coffer.Pkcs11;

/// <summary>The PIN that a URI carries or points to, as bytes that are cleared on dispose.</summary>
internal sealed class Pkcs11Pin : IDisposable
{
    /// <summary>No PIN is longer, in bytes.</summary>
    private const int MaximumLength = 1024;

    private readonly byte[] _value;

    private Pkcs11Pin(byte[] value) => _value = value;

    public ReadOnlySpan<byte> Value => _value;

    /// <summary>
    /// Reads the PIN: pin-value, or the file of pin-source, from which one trailing newline (LF or CR LF) is taken off, because
    /// editors and <c>echo</c> put it there. Null when the URI has neither.
    /// </summary>
    /// <exception cref="Pkcs11Exception">pin-source is no absolute path or file URI, or its file cannot be read.</exception>
    public static Pkcs11Pin? Read(Pkcs11Uri uri)
    {
        if (uri.HasPinValue)
            return new Pkcs11Pin(uri.PinValue.ToArray());
        return uri.PinSource is { } source ? new Pkcs11Pin(ReadFile(PathOf(source))) : null;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_value);

    private static string PathOf(string source)
    {
        if (source.StartsWith('/'))
            return source;
        // No program is started for a PIN, though RFC 7512 mentions "|command": a key file should not be able to run things.
        if (source.StartsWith("file:/", StringComparison.OrdinalIgnoreCase))
        {
            var path = source["file:".Length..];
            if (path.StartsWith("///", StringComparison.Ordinal))
                path = path[2..]; // an empty host; another machine's files are not read
            if (!path.StartsWith("//", StringComparison.Ordinal))
                return Uri.UnescapeDataString(path);
        }
        throw new Pkcs11Exception("pin-source of the pkcs11 URI is neither an absolute path nor a file: URI", "write pin-source=/run/secrets/pin");
    }

    private static byte[] ReadFile(string path)
    {
        var buffer = new byte[MaximumLength + 2];
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
            var length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length == buffer.Length)
                throw new Pkcs11Exception($"the PIN file {path} is longer than {MaximumLength} bytes");
            if (length > 0 && buffer[length - 1] == '\n')
                length--;
            if (length > 0 && buffer[length] == '\n' && buffer[length - 1] == '\r')
                length--;
            return buffer[..length];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new Pkcs11Exception($"the PIN file {path} cannot be read", "pin-source must name a file that this user can read", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }
}
