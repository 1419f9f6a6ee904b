using System.Globalization;
using System.Text;
using Coffer.Cli.Progress;
using Coffer.Oci;
using Coffer.Registry;
using Microsoft.Win32.SafeHandles;

namespace Coffer.Cli.CommandLine;

/// <summary>
/// <c>USER:PASSWORD</c>, with the password in the argument, or better in a file (<c>USER:file=FILE</c>) or behind a
/// descriptor (<c>USER:fd=N</c>). One trailing newline is taken off; colons in passwords are kept.
/// </summary>
internal static class CredentialsText
{
    private const int MostBytes = 64 * 1024;

    public static RegistryCredentials Read(string text, string flag, Reporter reporter)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var user = colon < 0 ? text : text[..colon];
        var rest = colon < 0 ? "" : text[(colon + 1)..];
        if (rest.StartsWith("file=", StringComparison.Ordinal)) return new RegistryCredentials(user, FromFile(rest["file=".Length..], flag));
        if (rest.StartsWith("fd=", StringComparison.Ordinal)) return new RegistryCredentials(user, FromDescriptor(rest["fd=".Length..], flag));
        if (rest.Length > 0)
        {
            reporter.Warn($"{flag} holds a password, which other users of this machine can see: write {Printable.Of(user)}:file=FILE or {Printable.Of(user)}:fd=N, or log in with an auth file");
        }
        return RegistryCredentials.Parse(text);
    }

    private static string FromFile(string path, string flag)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            return Text(stream, flag);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CofferException($"password file '{Printable.Of(path)}' of {flag} cannot be read", hint: "check the path and its mode", inner: e);
        }
    }

    private static string FromDescriptor(string number, string flag)
    {
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var descriptor))
        {
            throw new CofferException($"{flag}: ':fd=' is not followed by a file descriptor's number", ExitStatus.Usage);
        }
        try
        {
            using var handle = new SafeFileHandle(descriptor, ownsHandle: false);
            using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            return Text(stream, flag);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CofferException($"{flag}: file descriptor {descriptor} cannot be read", inner: e);
        }
    }

    private static string Text(FileStream stream, string flag)
    {
        var buffer = new byte[MostBytes + 1];
        try
        {
            var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length > MostBytes) throw new CofferException($"{flag}: the password has more than the {MostBytes} bytes that are read");
            var text = buffer.AsSpan(0, length);
            if (text.EndsWith("\n"u8)) text = text[..^1];
            if (text.EndsWith("\r"u8)) text = text[..^1];
            return Encoding.UTF8.GetString(text);
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(buffer);
        }
    }
}
