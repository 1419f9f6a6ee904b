using Coffer.Registry.Layout;

namespace Coffer.Registry.Archive;

/// <summary>The files of a layout inside a tar archive, which this owns.</summary>
internal sealed class ArchiveLayoutFiles(TarArchive archive) : ILayoutFiles
{
    public long? SizeOf(string name) => archive.FindFile(name)?.Size;

    public Stream Open(string name) => archive.Open(archive.FindFile(name) ?? throw new FileNotFoundException(name));

    public void Dispose() => archive.Dispose();
}
