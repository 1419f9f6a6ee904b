namespace Coffer.Registry.Files;

/// <summary>Small files that are there whole or not at all, also after a power cut.</summary>
internal static class AtomicFile
{
    /// <summary>Writes beside, syncs, renames over <paramref name="path"/>. The caller syncs the directory.</summary>
    public static void Write(StagingDirectory staging, string path, ReadOnlySpan<byte> bytes)
    {
        var temporary = staging.NewFile();
        using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
        {
            RandomAccess.Write(file, bytes, 0);
            RandomAccess.FlushToDisk(file);
        }
        File.Move(temporary, path, overwrite: true);
    }
}
