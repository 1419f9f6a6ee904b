using Microsoft.Win32.SafeHandles;

namespace Coffer.Registry.Files;

/// <summary>Keeps other coffer processes from changing a directory's contents at the same moment. No file is left behind.</summary>
internal sealed class DirectoryLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly SafeFileHandle _handle;

    private DirectoryLock(SafeFileHandle handle) => _handle = handle;

    public static async ValueTask<DirectoryLock> AcquireAsync(string path, CancellationToken cancellationToken)
    {
        var handle = Posix.OpenDirectory(path);
        try
        {
            while (!Posix.TryLock(handle, path)) await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            return new DirectoryLock(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public void Dispose() => _handle.Dispose();
}
