using Coffer.Oci;

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
    public static void EnsureFolder(string path)
    {
        try
        {
            Directory.CreateDirectory(path, FolderMode);
            Check(path, "folder", OthersWrite, "0700");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable($"the folder {Printable.Of(path)} cannot be made: {Printable.Of(e.Message)}", null, e);
        }
    }

    /// <summary>Holds an existing file to be this user's and closed to all others.</summary>
    /// <exception cref="BrokerException">It is not, or cannot be looked at.</exception>
    public static void CheckFile(string path)
    {
        try
        {
            Check(path, "file", Others, "0600");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable($"the file {Printable.Of(path)} cannot be looked at: {Printable.Of(e.Message)}", null, e);
        }
    }

    private static void Check(string path, string what, UnixFileMode refused, string right)
    {
        var name = $"the {what} {Printable.Of(path)}";
        if (FileOwner.Of(path) is not { } owner) throw Unavailable($"{name} cannot be looked at");
        if (!FileOwner.IsOurs(owner)) throw Unavailable($"{name} belongs to user {owner}, neither to user {FileOwner.CurrentUser} nor to root");
        var mode = File.GetUnixFileMode(path);
        if ((mode & refused) != 0)
        {
            throw Unavailable($"{name} is open to others (mode {Convert.ToString((int)mode, 8).PadLeft(4, '0')})", $"chmod {right} {Printable.Of(path)}");
        }
    }

    private static BrokerException Unavailable(string message, string? hint = null, Exception? inner = null) =>
        new(BrokerFault.Unavailable, message, hint, inner);
}
