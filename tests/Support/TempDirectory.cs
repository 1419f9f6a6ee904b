namespace Coffer.Support;

/// <summary>A fresh folder, readable by its owner alone, that goes with everything in it when disposed.</summary>
public sealed class TempDirectory : IDisposable
{
    /// <summary>Makes the folder below the system's folder for temporary files.</summary>
    public TempDirectory() => Path = Directory.CreateTempSubdirectory("coffer-test-").FullName;

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>Joins the parts to the folder's path; nothing is made.</summary>
    public string Combine(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Writes a file below the folder, makes the folders it needs, and returns its path.</summary>
    public string Write(string name, ReadOnlySpan<byte> content)
    {
        var path = Combine(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>Writes a text file (UTF-8, no byte order mark) below the folder and returns its path.</summary>
    public string Write(string name, string content) => Write(name, System.Text.Encoding.UTF8.GetBytes(content));

    /// <summary>Removes the folder. A file that a peer still holds or protected does not fail the test.</summary>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The verdict of the test is not about the temporary folder.
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
