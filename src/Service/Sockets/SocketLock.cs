using Coffer.Oci;
using Coffer.Service.Files;
using Microsoft.Win32.SafeHandles;

namespace Coffer.Service.Sockets;

/// <summary>
/// One daemon's right to a socket's path, held for its life: a locked file beside it (<c>PATH.lock</c>, mode 0600). The kernel
/// gives the lock back however the process ends. Disposal removes the file, if it is still the one that is locked.
/// </summary>
internal sealed class SocketLock : IDisposable
{
    private const int MostAttempts = 16;

    private readonly string _path;
    private readonly SafeFileHandle _file;

    private SocketLock(string path, SafeFileHandle file)
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
            if (!SystemCalls.TryLock(file))
            {
                file.Dispose();
                throw new CofferException($"another daemon listens on {Printable.Of(socket)}", hint: "stop it first, or choose another --socket");
            }
            // A daemon that just stopped may have removed the file between our opening and our locking it: then it locks nothing.
            if (IsAt(path, file)) return new SocketLock(path, file);
            file.Dispose();
        }
        throw new CofferException($"{Printable.Of(path)} cannot be locked", hint: "is it a symbolic link? remove it");
    }

    public void Dispose()
    {
        if (_file.IsClosed) return;
        if (IsAt(_path, _file)) File.Delete(_path);
        _file.Dispose();
    }

    private static bool IsAt(string path, SafeFileHandle file) => FileFacts.Of(file)?.Identity is { } held && held == FileFacts.Of(path)?.Identity;

    private static SafeFileHandle Open(string path) => SystemCalls.OpenOrCreate(path, out var error)
        ?? throw new CofferException($"the lock {Printable.Of(path)} cannot be made: {error}", hint: "run the daemon as the owner of the socket's folder");
}
