using System.IO.Compression;
using Coffer.Oci;
using Coffer.Registry.Files;
using ICSharpCode.SharpZipLib.BZip2;
using Microsoft.Win32.SafeHandles;
using ZstdSharp;

namespace Coffer.Registry.Archive;

/// <summary>Unpacks archives that were compressed as a whole, as skopeo does, within a bound.</summary>
internal static class Decompression
{
    private const int BlockBytes = 256 * 1024;

    // Real archives shrink by less than 20 times; a file that grows more than this is a bomb.
    private const long FreeBytes = 1L << 30;
    private const long Growth = 200;

    /// <summary>The same file where it is not compressed; else a new one, and the given one is closed. On an exception the given one stays open.</summary>
    public static async ValueTask<SafeFileHandle> UnpackedAsync(SafeFileHandle file, string location, CancellationToken cancellationToken, long freeBytes = FreeBytes)
    {
        var magic = new byte[6];
        var count = FileFault.Guard($"read {location}", () => RandomAccess.Read(file, magic, 0));
        var length = RandomAccess.GetLength(file);
        var compressed = new FileSlice(file, 0, length);
        Stream? plain = magic.AsSpan(0, count) switch
        {
            [0x1f, 0x8b, ..] => new GZipStream(compressed, CompressionMode.Decompress),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => new DecompressionStream(compressed),
            [(byte)'B', (byte)'Z', (byte)'h', ..] => Bzip2(compressed, location),
            [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0] => throw new CofferException($"{location}: archives compressed by xz are not read", hint: "unpack it first: xz -d FILE"),
            _ => null,
        };
        if (plain is null) return file;
        await using (plain.ConfigureAwait(false))
        {
            var unpacked = await UnpackAsync(plain, freeBytes + length * Growth, location, cancellationToken).ConfigureAwait(false);
            file.Dispose();
            return unpacked;
        }
    }

    private static async ValueTask<SafeFileHandle> UnpackAsync(Stream plain, long most, string location, CancellationToken cancellationToken)
    {
        var doing = $"unpack {location} into {Path.GetTempPath()}";
        var unpacked = FileFault.Guard(doing, Nameless);
        try
        {
            var block = new byte[BlockBytes];
            long at = 0;
            while (await ReadAsync(plain, block, location, cancellationToken).ConfigureAwait(false) is var count and > 0)
            {
                if (at + count > most) throw new MalformedImageException($"{location}: the archive unpacks to more than {most} bytes", "unpack it yourself if you trust it");
                var (position, bytes) = (at, count);
                FileFault.Guard(doing, () => RandomAccess.Write(unpacked, block.AsSpan(0, bytes), position));
                at += count;
            }
            return unpacked;
        }
        catch
        {
            unpacked.Dispose();
            throw;
        }
    }

    private static async ValueTask<int> ReadAsync(Stream plain, byte[] block, string location, CancellationToken cancellationToken)
    {
        try
        {
            return await plain.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damaged(location, e);
        }
    }

    // Reads its first block at once.
    private static BZip2InputStream Bzip2(Stream compressed, string location)
    {
        try { return new BZip2InputStream(compressed); }
        catch (Exception e) when (IsDamage(e)) { throw Damaged(location, e); }
    }

    private static bool IsDamage(Exception e) =>
        e is InvalidDataException or IOException or ZstdException or ICSharpCode.SharpZipLib.SharpZipBaseException or IndexOutOfRangeException;

    private static MalformedImageException Damaged(string location, Exception e) => new($"{location}: the compressed archive is damaged", inner: e);

    // Without a name it cannot be found by others, nor stay behind when the process is killed.
    private static SafeFileHandle Nameless()
    {
        var directory = Directory.CreateTempSubdirectory("coffer-");
        try
        {
            var path = Path.Combine(directory.FullName, "archive");
            var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
            File.Delete(path);
            return file;
        }
        finally
        {
            directory.Delete();
        }
    }
}
