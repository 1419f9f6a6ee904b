using Coffer.Oci;

namespace Coffer.KeyProvider.Daemon.Sockets;

/// <summary>
/// One daemon's right to a socket's path, held for its life: a locked file beside it (<c>PATH.lock</c>, mode 0600). The kernel
/// gives the lock back however the process ends. Disposal removes the file, if it is still the one that is locked.
/// </summary>
internal sealed class SocketLock : IDisposable
{
    private const int MostAttempts = 16;

    private readonly string _path;
    private readonly FileStream _file;

    private SocketLock(string path, FileStream file)
    {
        _path = path;
        _file = file;
    }

    /// <exception cref="CofferException">Another daemon holds it, or the file cannot be made.</exception>
    public static SocketLock Take(string socket)
    {
        var path = socket + ".lock";
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var file = Open(path);
            if (!SystemCalls.TryLock(file.SafeFileHandle))
            {
                file.Dispose();
                throw new CofferException($"another daemon listens on {Printable.Of(socket)}", hint: "stop it first, or choose another --socket");
            }
            // A daemon that just stopped may have removed the file between our opening and our locking it: then it locks nothing.
            if (SystemCalls.Identify(file.SafeFileHandle) is { } held && held == SystemCalls.Identify(path)) return new SocketLock(path, file);
            file.Dispose();
        }
        throw new CofferException($"{Printable.Of(path)} cannot be locked", hint: "is it a symbolic link? remove it");
    }

    public void Dispose()
    {
        if (SystemCalls.Identify(_file.SafeFileHandle) is { } held && held == SystemCalls.Identify(_path)) File.Delete(_path);
        _file.Dispose();
    }

    private static FileStream Open(string path)
    {
        try
        {
            // Shared as .NET sees it: the lock is taken by hand, so that "taken" and "not permitted" can be told apart.
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite, BufferSize = 0,
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CofferException(
                $"the lock {Printable.Of(path)} cannot be made: {Printable.Of(e.Message)}", hint: "run the daemon as the owner of the socket's folder", inner: e);
        }
    }
}
