using Coffer.Oci;
using Coffer.Registry.Files;

namespace Coffer.Registry.Layout;

/// <summary>The files of a layout that is a directory.</summary>
internal sealed class LayoutFiles(string directory) : ILayoutFiles
{
    /// <inheritdoc/>
    public long? SizeOf(string name)
    {
        var file = new FileInfo(Path.Combine(directory, name));
        try
        {
            // Attributes are those of the entry itself, not of what a link points to.
            var attributes = file.Attributes;
            if ((int)attributes == -1) return null;
            if ((attributes & (FileAttributes.ReparsePoint | FileAttributes.Directory)) != 0)
            {
                throw new CofferException($"{Printable.Of(file.FullName)} is a link or a directory where a layout has a regular file");
            }
            return file.Length;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw FileFault.Of(e, $"read {Printable.Of(file.FullName)}");
        }
    }

    /// <inheritdoc/>
    public Stream Open(string name)
    {
        var path = Path.Combine(directory, name);
        try
        {
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0,
                Options = FileOptions.SequentialScan,
            });
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw FileFault.Of(e, $"read {Printable.Of(path)}");
        }
    }

    public void Dispose() { }
}
