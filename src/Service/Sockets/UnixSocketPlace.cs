using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Coffer.Oci;
using Coffer.Service.Files;

namespace Coffer.Service.Sockets;

/// <summary>
/// The path of a Unix socket that is ours: bound, with its mode and group set before anybody can connect (nobody can to a
/// socket that does not listen yet). Disposal removes the path if it is still ours, and gives up the right to it.
/// </summary>
internal sealed class UnixSocketPlace : IDisposable
{
    private const int MostPathBytes = 107;
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly SocketLock _lock;
    private FileIdentity? _ours;

    private UnixSocketPlace(string path, SocketLock @lock)
    {
        Path = path;
        _lock = @lock;
    }

    public string Path { get; }

    /// <summary>Takes the path and binds a socket to it.</summary>
    /// <returns>The place, and the socket, which the caller lets listen and disposes first.</returns>
    /// <exception cref="CofferException">Another daemon listens there, something that is no socket stands there, or the system does not permit it.</exception>
    public static (UnixSocketPlace Place, Socket Socket) Take(string path, UnixFileMode mode, string? group)
    {
        path = System.IO.Path.GetFullPath(path);
        if (Encoding.UTF8.GetByteCount(path) > MostPathBytes) throw Failure(path, $"is longer than the {MostPathBytes} bytes that a socket's path may have");
        var owner = group is null ? (uint?)null : GroupOf(group);
        MakeFolder(System.IO.Path.GetDirectoryName(path)!, path);
        var place = new UnixSocketPlace(path, SocketLock.Take(path));
        try
        {
            StaleSocket.Remove(path);
            return (place, place.Bind(mode, owner));
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_ours is not null && _ours == FileFacts.Of(Path)?.Identity) File.Delete(Path);
        _ours = null;
        _lock.Dispose();
    }

    private Socket Bind(UnixFileMode mode, uint? group)
    {
        using var raw = SystemCalls.OpenUnixSocket();
        var address = new UnixDomainSocketEndPoint(Path).Serialize();
        var error = SystemCalls.Bind(raw, address.Buffer.Span[..address.Size]);
        if (error != 0) throw Failure(Path, $"cannot be made: {SystemCalls.Describe(error)}");
        _ours = FileFacts.Of(Path)?.Identity;
        if (group is { } number && SystemCalls.ChangeGroup(Path, number) is not 0 and var refused)
        {
            throw Failure(Path, $"cannot be given to group {number}: {SystemCalls.Describe(refused)}");
        }
        File.SetUnixFileMode(Path, mode);
        var descriptor = raw.DangerousGetHandle();
        raw.SetHandleAsInvalid(); // it changes hands
        return new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
    }

    private static void MakeFolder(string folder, string path)
    {
        try
        {
            Directory.CreateDirectory(folder, FolderMode);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(path, $"cannot be made: its folder is missing and cannot be made either: {Printable.Of(e.Message)}");
        }
    }

    private static uint GroupOf(string name) =>
        uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : SystemCalls.GroupNumber(name) ?? throw new CofferException($"there is no group '{Printable.Of(name)}' for the socket", hint: "groupadd --system makes one");

    private static CofferException Failure(string path, string what) => new($"socket {Printable.Of(path)} {what}");
}
