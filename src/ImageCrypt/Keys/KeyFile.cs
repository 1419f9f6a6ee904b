using System.Security.Cryptography;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Keys;

/// <summary>Reads small files that hold keys or passwords: whole, bounded, errors in one line.</summary>
internal static class KeyFile
{
    /// <summary>The most that a key file may have, in bytes.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>
    /// The whole file; a pipe will do, because shells offer secrets that way. The caller zeroes what is returned.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="what">Such as <c>key file</c>, for errors.</param>
    /// <param name="maxBytes">More is an error.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="CofferException">It cannot be read, is a folder, or is too long.</exception>
    public static async ValueTask<byte[]> ReadAsync(string path, string what, int maxBytes, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path)) throw new CofferException($"{what} '{Printable.Of(path)}' is a folder");
        try
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            await using (stream.ConfigureAwait(false))
            {
                return await ReadAsync(stream, $"{what} '{Printable.Of(path)}'", maxBytes, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CofferException($"{what} '{Printable.Of(path)}' does not exist", inner: e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CofferException($"{what} '{Printable.Of(path)}' may not be read: permission denied", inner: e);
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            throw new CofferException($"{what} '{Printable.Of(path)}' cannot be read: {Printable.Of(e.Message)}", inner: e);
        }
    }

    /// <summary>Everything up to the end of a stream; intermediate buffers are zeroed.</summary>
    /// <exception cref="CofferException">More than <paramref name="maxBytes"/>.</exception>
    public static async ValueTask<byte[]> ReadAsync(Stream stream, string what, int maxBytes, CancellationToken cancellationToken)
    {
        var buffer = new byte[Math.Min(4096, maxBytes + 1)];
        var length = 0;
        try
        {
            while (true)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
                if (read == 0) return buffer.AsSpan(0, length).ToArray();
                length += read;
                if (length > maxBytes) throw new CofferException($"{what} has more than the {maxBytes} bytes that are read");
                if (length < buffer.Length) continue;
                var larger = new byte[Math.Min(buffer.Length * 2, maxBytes + 1)];
                buffer.AsSpan(0, length).CopyTo(larger);
                CryptographicOperations.ZeroMemory(buffer);
                buffer = larger;
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    /// <summary>True if the group or everybody may read the file; false for what has no such mode.</summary>
    public static bool IsReadableByOthers(string path)
    {
        try
        {
            return !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) != 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
