using System.Security.Cryptography;
using Coffer.KeyProvider.Sources.Local;
using Coffer.Support;

namespace Coffer.KeyProvider.Tests.Sources;

/// <summary>A folder of key files with the permissions that they need.</summary>
internal sealed class KeyFolder : IDisposable
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TempDirectory _folder = new();

    public string Path => _folder.Path;

    /// <summary>A fresh key as raw bytes.</summary>
    public byte[] AddRaw(string name)
    {
        var key = RandomNumberGenerator.GetBytes(KeyFileContent.KeyBytes);
        Add(name, key);
        return key;
    }

    public string Add(string name, ReadOnlySpan<byte> content, UnixFileMode mode = OwnerOnly)
    {
        var path = _folder.Write(name, content);
        File.SetUnixFileMode(path, mode);
        return path;
    }

    public string Add(string name, string content) => Add(name, System.Text.Encoding.UTF8.GetBytes(content));

    public LocalSource Open(string? defaultKey = null, bool groupMayRead = false) => LocalSource.Open(new LocalSettings("local", [], Path, defaultKey, groupMayRead));

    public void Dispose() => _folder.Dispose();
}
