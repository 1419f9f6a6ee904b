namespace Coffer.Registry.Layout;

/// <summary>
/// The files of an OCI layout (image-spec 1.1, image-layout.md), wherever they are kept: a directory, or an archive.
/// Names come from <see cref="LayoutNames"/> only, never from outside text.
/// </summary>
internal interface ILayoutFiles : IDisposable
{
    /// <summary>The size in bytes of a regular file; null where there is none of that name.</summary>
    /// <exception cref="Oci.CofferException">Something is there that is no regular file.</exception>
    long? SizeOf(string name);

    /// <summary>Opens a file for one sequential read; the caller disposes the stream.</summary>
    Stream Open(string name);
}
