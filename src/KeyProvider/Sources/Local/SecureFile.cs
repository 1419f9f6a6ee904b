using System.Security.Cryptography;
using Coffer.KeyProvider.Files;
using Coffer.Oci;
using Coffer.Service.Files;
using Microsoft.Win32.SafeHandles;

namespace Coffer.KeyProvider.Sources.Local;

/// <summary>
/// Reads one key file inside the key directory: links are followed as Kubernetes' mounts need them, but never out of the
/// directory, and what is read must belong to this user or root and be closed to all others.
/// </summary>
/// <param name="directory">The directory's path with every link resolved.</param>
/// <param name="groupMayRead">Whether the file's group may read it (Kubernetes' <c>fsGroup</c>).</param>
internal sealed class SecureFile(string directory, bool groupMayRead)
{
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute
        | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;

    /// <param name="path">Below the directory.</param>
    /// <exception cref="FormatException">It must not or cannot be used; the message says why, without the path.</exception>
    public (KeyFileContent Content, DateTimeOffset Written) Read(string path)
    {
        if (FileFacts.Of(path) is not { } entry) throw new FormatException("is not there or cannot be reached");
        if (!entry.IsOurs) throw new FormatException($"belongs to user {entry.Owner}, neither to user {FileFacts.CurrentUser} nor to root");
        if (ResolvedPath.Of(path) is not { } real) throw new FormatException("is a link that leads nowhere");
        if (!real.StartsWith(directory == "/" ? directory : directory + '/', StringComparison.Ordinal)) throw new FormatException("leads out of the key directory");
        using var file = Open(real);
        if (FileFacts.Of(file) is not { } facts) throw new FormatException("cannot be examined");
        Check(facts);
        return (ReadAll(file), facts.Modified);
    }

    private static SafeFileHandle Open(string real)
    {
        if (FileFacts.Of(real) is not { Type: FileFacts.Kind.File }) throw new FormatException("is not a file"); // opening a pipe would wait
        try
        {
            return File.OpenHandle(real);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FormatException(e is UnauthorizedAccessException ? $"cannot be read by user {FileFacts.CurrentUser}" : "cannot be read", e);
        }
    }

    private void Check(FileFacts facts)
    {
        if (facts.Type != FileFacts.Kind.File) throw new FormatException("is not a file");
        if (!facts.IsOurs) throw new FormatException($"belongs to user {facts.Owner}, neither to user {FileFacts.CurrentUser} nor to root");
        if (facts.OthersMay(Others | (groupMayRead ? 0 : UnixFileMode.GroupRead)))
        {
            throw new FormatException($"is open to others (mode {Convert.ToString((int)facts.Mode, 8).PadLeft(4, '0')}): chmod 0600");
        }
        if (facts.Size > KeyFileContent.MostBytes) throw new FormatException($"has {facts.Size} bytes; a key file has at most {KeyFileContent.MostBytes}");
    }

    private static KeyFileContent ReadAll(SafeFileHandle file)
    {
        Span<byte> buffer = stackalloc byte[KeyFileContent.MostBytes + 1];
        try
        {
            var length = 0;
            while (length < buffer.Length && RandomAccess.Read(file, buffer[length..], length) is > 0 and var read) length += read;
            return KeyFileContent.Parse(buffer[..length]);
        }
        catch (IOException e)
        {
            throw new FormatException("cannot be read: " + Printable.Of(e.Message), e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }
}
