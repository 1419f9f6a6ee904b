using Coffer.KeyBroker.Files;
using Coffer.Oci;

namespace Coffer.KeyBroker.Hosting;

/// <summary>
/// One process's right to serve from a data folder, held for its life: a locked file (<c>lock</c>, 0600). The kernel gives the lock back
/// however the process ends; the file stays.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    private const string FileName = "lock";

    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <exception cref="BrokerException"><see cref="BrokerFault.Conflict"/>: another process has it.</exception>
    public static FolderLock Take(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            return new FolderLock(new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = PrivateFiles.FileMode, BufferSize = 0,
            }));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new BrokerException(BrokerFault.Unavailable, $"{Printable.Of(path)} may not be opened by this user", "run the broker as the owner of its data folder", e);
        }
        catch (IOException e)
        {
            throw new BrokerException(
                BrokerFault.Conflict, $"another broker works with the data folder {Printable.Of(folder)}", "stop it first, or choose another --data; its administration goes over HTTP", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
