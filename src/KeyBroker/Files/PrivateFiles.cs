using System.Security.Cryptography;
using Coffer.Oci;
using Microsoft.Win32.SafeHandles;

namespace Coffer.KeyBroker.Files;

/// <summary>Files and folders that belong to the broker alone: made so, and refused where they stand open to others.</summary>
internal static class PrivateFiles
{
    public const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode FolderMode = FileMode | UnixFileMode.UserExecute;
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const UnixFileMode Others = OthersWrite | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Makes the folder, 0700, where it is absent.</summary>
    /// <exception cref="BrokerException">It cannot be made, belongs to another user, or others may write to it.</exception>
    public static void EnsureFolder(string path) => Guard(path, "folder", () =>
    {
        Directory.CreateDirectory(path, FolderMode);
        Check($"the folder {Printable.Of(path)}", FileOwner.Of(path), File.GetUnixFileMode(path), OthersWrite, $"chmod 0700 {Printable.Of(path)}");
        return true;
    });

    /// <summary>Holds an existing file to be this user's or root's, and closed to all others; root's may be readable by its group.</summary>
    /// <exception cref="BrokerException">It is not, or cannot be looked at.</exception>
    public static void CheckFile(string path) => Guard(path, "file", () =>
    {
        using var file = File.OpenHandle(path);
        Check(path, file);
        return true;
    });

    /// <summary>Reads a small file that <see cref="CheckFile"/> would let pass; null where there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">At most so many bytes.</param>
    /// <exception cref="BrokerException">It is open to others, too large, or cannot be read.</exception>
    public static byte[]? Read(string path, int most) => Guard(path, "file", () =>
    {
        if (!File.Exists(path)) return null;
        using var file = File.OpenHandle(path);
        Check(path, file);
        var buffer = GC.AllocateUninitializedArray<byte>(most + 1, pinned: true);
        try
        {
            var length = 0;
            while (length < buffer.Length && RandomAccess.Read(file, buffer.AsSpan(length), length) is > 0 and var read) length += read;
            if (length > most) throw Unavailable($"the file {Printable.Of(path)} has more than {most} bytes");
            var content = GC.AllocateUninitializedArray<byte>(length, pinned: true);
            buffer.AsSpan(0, length).CopyTo(content);
            return content;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    });

    /// <summary>Writes a new file, 0600, which is there with all its content or not at all; false where one is there already.</summary>
    /// <exception cref="BrokerException">It cannot be written.</exception>
    public static bool Create(string path, ReadOnlyMemory<byte> content) => Guard(path, "file", () =>
    {
        var unfinished = Beside(path);
        try
        {
            Write(unfinished, content);
            if (File.Exists(path)) return false;
            File.Move(unfinished, path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
        finally
        {
            File.Delete(unfinished);
        }
    });

    /// <summary>Writes a file, 0600, in place of the one that is there: a reader and a crash see the old content or the new one.</summary>
    /// <exception cref="BrokerException">It cannot be written.</exception>
    public static void Replace(string path, ReadOnlyMemory<byte> content) => Guard(path, "file", () =>
    {
        var unfinished = Beside(path);
        try
        {
            Write(unfinished, content);
            File.Move(unfinished, path, overwrite: true);
            return true;
        }
        finally
        {
            File.Delete(unfinished);
        }
    });

    private static string Beside(string path) => $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.new";

    private static void Write(string path, ReadOnlyMemory<byte> content)
    {
        using var file = new FileStream(path, new FileStreamOptions { Mode = System.IO.FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = FileMode });
        file.Write(content.Span);
        file.Flush(flushToDisk: true);
    }

    // What root hands to a service may be readable by the service's group: so are systemd's credentials and Kubernetes' Secrets with an fsGroup.
    private static void Check(string path, SafeFileHandle file)
    {
        var owner = FileOwner.Of(file);
        var refused = owner == FileOwner.Root ? Others & ~UnixFileMode.GroupRead : Others;
        Check($"the file {Printable.Of(path)}", owner, File.GetUnixFileMode(file), refused, $"chmod 0600 {Printable.Of(path)}");
    }

    private static void Check(string name, uint? owner, UnixFileMode mode, UnixFileMode refused, string hint)
    {
        if (owner is not { } user) throw Unavailable($"{name} cannot be looked at");
        if (!FileOwner.IsOurs(user)) throw Unavailable($"{name} belongs to user {user}, neither to user {FileOwner.CurrentUser} nor to root");
        if ((mode & refused) != 0) throw Unavailable($"{name} is open to others (mode {Convert.ToString((int)mode, 8).PadLeft(4, '0')})", hint);
    }

    private static T Guard<T>(string path, string what, Func<T> use)
    {
        try
        {
            return use();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable($"the {what} {Printable.Of(path)} cannot be used: {Printable.Of(e.Message)}", null, e);
        }
    }

    private static BrokerException Unavailable(string message, string? hint = null, Exception? inner = null) =>
        new(BrokerFault.Unavailable, message, hint, inner);
}
