using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Coffer.Registry.Files;

/// <summary>
/// A private directory (mode 0700) for files that are not finished, on the same file system as where they will go. It
/// is locked as long as its owner lives, so that what a killed process left is told from what a living one uses.
/// </summary>
internal sealed class StagingDirectory : IDisposable
{
    private const string Prefix = ".coffer-tmp-";
    private readonly SafeFileHandle _lock;
    private int _files;

    private StagingDirectory(string path, SafeFileHandle held)
    {
        Path = path;
        _lock = held;
    }

    public string Path { get; }

    /// <summary>True for a name that only this class gives.</summary>
    public static bool IsName(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>
    /// Makes a staging directory in <paramref name="parent"/> and removes those of dead processes. Call it under the
    /// parent's lock: between its making and its locking a directory looks abandoned.
    /// </summary>
    public static StagingDirectory Create(string parent)
    {
        foreach (var old in Directory.EnumerateDirectories(parent, Prefix + "*")) RemoveIfAbandoned(old);
        var path = System.IO.Path.Combine(parent, Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)));
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var held = Posix.OpenDirectory(path);
        if (!Posix.TryLock(held, path)) throw new IOException($"{path} is locked by another process");
        return new StagingDirectory(path, held);
    }

    /// <summary>A name that nothing in here has.</summary>
    public string NewFile() => System.IO.Path.Combine(Path, $"{Interlocked.Increment(ref _files)}");

    public void Dispose()
    {
        Remove(Path);
        _lock.Dispose();
    }

    private static void RemoveIfAbandoned(string path)
    {
        try
        {
            if ((File.GetAttributes(path) & FileAttributes.ReparsePoint) != 0) return;
            using var handle = Posix.OpenDirectory(path);
            if (Posix.TryLock(handle, path)) Remove(path);
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            // Another user's, or gone already: neither stops our work.
        }
    }

    private static void Remove(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            // It stays behind for the next one who opens the place; the error that matters is already on its way.
        }
    }
}
