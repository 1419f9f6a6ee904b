using System.Globalization;

namespace Coffer.KeyProvider.Tests.Daemon;

/// <summary>The memory of another process, as root may read it.</summary>
internal sealed class ProcessMemory(int pid)
{
    /// <summary>How often the bytes stand there just now. They have to be few against a block of the scan.</summary>
    public int Count(ReadOnlySpan<byte> sought)
    {
        var found = 0;
        using var memory = File.OpenHandle(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/mem"));
        var block = new byte[4 * 1024 * 1024];
        foreach (var (begin, end) in Readable())
        {
            for (var at = begin; at < end; at += block.Length - sought.Length + 1)
            {
                var wanted = (int)Math.Min(block.Length, end - at);
                found += Occurrences(block.AsSpan(0, TryRead(memory, block.AsSpan(0, wanted), at)), sought);
            }
        }
        return found;
    }

    private static int Occurrences(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> sought)
    {
        var found = 0;
        for (int at; (at = bytes.IndexOf(sought)) >= 0; found++) bytes = bytes[(at + 1)..];
        return found;
    }

    // The kernel's own pages, and what was given back meanwhile, cannot be read.
    private static int TryRead(Microsoft.Win32.SafeHandles.SafeFileHandle memory, Span<byte> block, long at)
    {
        try
        {
            return RandomAccess.Read(memory, block, at);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private IEnumerable<(long Begin, long End)> Readable() => File.ReadAllLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/maps"))
        .Select(line => line.Split(' '))
        .Where(fields => fields[1].StartsWith("rw", StringComparison.Ordinal))
        .Select(fields => fields[0].Split('-'))
        .Select(ends => (long.Parse(ends[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), long.Parse(ends[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
}
