using Coffer.Oci;
using Coffer.Registry.Files;

namespace Coffer.Registry.Layout;

/// <summary>What must hold before a layout is written to: it is one, or will be; and no link leads the writing elsewhere.</summary>
internal sealed record LayoutOpening(StagingDirectory Staging, CreatedDirectories Created)
{
    private const int Attempts = 5;

    /// <summary>Makes the directory where there is none, checks it, and makes the staging directory in it.</summary>
    public static async ValueTask<LayoutOpening> PrepareAsync(string directory, string location, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var created = new CreatedDirectories();
            try
            {
                created.Ensure(directory);
                using var held = await DirectoryLock.AcquireAsync(directory, cancellationToken).ConfigureAwait(false);
                Check(directory, location);
                return new LayoutOpening(StagingDirectory.Create(directory), created);
            }
            catch (DirectoryNotFoundException) when (attempt < Attempts)
            {
                // Another job failed and took the directory, which was its own, away under us.
            }
            catch (Exception e)
            {
                created.RemoveEmpty();
                if (FileFault.Is(e)) throw FileFault.Of(e, $"write {location}");
                throw;
            }
        }
    }

    /// <exception cref="CofferException"><c>blobs</c> or a directory in it is a link.</exception>
    public static void RefuseLinks(string directory, string location)
    {
        var blobs = Path.Combine(directory, LayoutNames.Blobs);
        foreach (var path in (string[])[blobs, Path.Combine(blobs, "sha256"), Path.Combine(blobs, "sha512")])
        {
            var attributes = new FileInfo(path).Attributes;
            if ((int)attributes != -1 && (attributes & FileAttributes.ReparsePoint) != 0)
            {
                throw new CofferException($"cannot write {location}: {Printable.Of(path)} is a link", hint: "nothing is written through links inside a layout");
            }
        }
    }

    private static void Check(string directory, string location)
    {
        var files = new LayoutFiles(directory);
        RefuseLinks(directory, location);
        if (files.SizeOf(LayoutNames.Version) is not null)
        {
            LayoutReader.CheckVersion(files, location);
            LayoutReader.ReadIndex(files, location);
            return;
        }
        // Only what a killed job of ours leaves in a directory that it made may be here.
        var stranger = Directory.EnumerateFileSystemEntries(directory)
            .Select(Path.GetFileName)
            .FirstOrDefault(name => name != LayoutNames.Blobs && !StagingDirectory.IsName(name!));
        if (stranger is not null)
        {
            throw new CofferException($"cannot write {location}: the directory is not empty and holds no OCI layout", hint: "choose an empty directory or a new one");
        }
    }
}
