using System.Globalization;
using System.Runtime.CompilerServices;
using Coffer.KeyProvider.Memory;

namespace Coffer.KeyProvider.Tests.Memory;

/// <summary>What the kernel says of the pages that hold secrets. Alone, since others' secrets would take up the places that are looked at.</summary>
[CollectionDefinition(nameof(LockedBytesTests), DisableParallelization = true)]
[Collection(nameof(LockedBytesTests))]
public sealed class LockedBytesTests
{
    [Fact]
    public void Secret_is_locked_and_left_out_of_core_dumps_and_children()
    {
        using var secret = new LockedBytes([1, 2, 3]);

        var flags = FlagsOf(AddressOf(secret));

        Assert.Contains("dd", flags); // do not include in a core dump
        Assert.Contains("wf", flags); // wipe on fork
        Assert.Equal(secret.IsLocked, flags.Contains("lo"));
        if (MayLock()) Assert.True(secret.IsLocked);
    }

    [Fact]
    public void Secret_larger_than_a_page_is_locked_whole()
    {
        using var secret = new LockedBytes(3 * Environment.SystemPageSize);
        var address = AddressOf(secret);

        Assert.Contains("dd", FlagsOf(address));
        Assert.Contains("dd", FlagsOf(address + secret.Length - 1));
        Assert.Equal(secret.IsLocked, FlagsOf(address + secret.Length - 1).Contains("lo"));
    }

    [Fact]
    public void Disposed_secret_is_zero_where_it_lay_while_its_neighbour_keeps_its_bytes_and_its_lock()
    {
        var secret = new LockedBytes([1, 2, 3, 4, 5, 6, 7, 8]);
        var address = AddressOf(secret);
        using var neighbour = NeighbourOf(address);
        Assert.NotEqual(0, ReadAt(address));

        secret.Dispose();

        Assert.Equal(0, ReadAt(address)); // still mapped, for the neighbour's sake
        using var lease = neighbour.Open();
        Assert.Equal([7, 7, 7], lease.Span.ToArray());
        Assert.Equal(neighbour.IsLocked, FlagsOf(AddressOf(neighbour)).Contains("lo"));
    }

    [Fact]
    public void Secret_disposed_while_it_is_read_lives_until_the_reader_ends()
    {
        var secret = new LockedBytes([1, 2, 3]);
        using (var lease = secret.Open())
        {
            secret.Dispose();
            Assert.Equal([1, 2, 3], lease.Span.ToArray());
        }

        Assert.Throws<ObjectDisposedException>(() => { using var late = secret.Open(); });
    }

    [Fact]
    public void Forgotten_secret_is_zeroed_by_its_finalizer()
    {
        var address = Forget();
        using var neighbour = NeighbourOf(address);
        for (var i = 0; i < 50 && ReadAt(address) != 0; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(0, ReadAt(address));
    }

    [Fact]
    public void New_secret_is_zero_at_a_place_that_was_used_before()
    {
        for (var i = 0; i < 200; i++)
        {
            using var secret = new LockedBytes(48);
            using var lease = secret.Open();
            Assert.False(lease.Span.ContainsAnyExcept((byte)0));
            lease.Span.Fill(0xa5);
        }
    }

    [Fact]
    public async Task Secrets_made_and_dropped_at_once_by_many_threads_never_share_bytes()
    {
        await Task.WhenAll(Enumerable.Range(1, 8).Select(worker => Task.Run(() =>
        {
            var held = new Queue<(LockedBytes Secret, byte Value)>();
            for (var i = 0; i < 2_000; i++)
            {
                var value = (byte)(worker + (i % 29 * 8));
                var secret = new LockedBytes(1 + (i * 37 % 1500));
                using (var lease = secret.Open()) lease.Span.Fill(value);
                held.Enqueue((secret, value));
                if (held.Count > 90) Drop(held.Dequeue());
            }
            while (held.TryDequeue(out var rest)) Drop(rest);
        })));

        static void Drop((LockedBytes Secret, byte Value) held)
        {
            using (var lease = held.Secret.Open()) Assert.False(lease.Span.ContainsAnyExcept(held.Value));
            held.Secret.Dispose();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(LockedBytes.MostBytes + 1)]
    public void Length_out_of_bounds_is_refused(int length) => Assert.Throws<ArgumentOutOfRangeException>(() => new LockedBytes(length));

    // A secret in the same page, which keeps that page mapped.
    private static LockedBytes NeighbourOf(nint address)
    {
        var strangers = new List<LockedBytes>();
        try
        {
            for (var i = 0; i < 1_000; i++)
            {
                var candidate = new LockedBytes([7, 7, 7]);
                if (AddressOf(candidate) / Environment.SystemPageSize == address / Environment.SystemPageSize) return candidate;
                strangers.Add(candidate);
            }
            throw new InvalidOperationException("no place beside the secret");
        }
        finally
        {
            strangers.ForEach(s => s.Dispose());
        }
    }

    private static unsafe long ReadAt(nint address) => Volatile.Read(ref *(long*)address);

    private static unsafe nint AddressOf(LockedBytes secret)
    {
        using var lease = secret.Open();
        return (nint)Unsafe.AsPointer(ref lease.Span[0]);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Forget() => AddressOf(new LockedBytes([1, 2, 3, 4, 5, 6, 7, 8]));

    /// <summary>The flags of the mapping around an address, from the kernel's list.</summary>
    private static string[] FlagsOf(nint address)
    {
        var inside = false;
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            if (line.StartsWith("VmFlags:", StringComparison.Ordinal))
            {
                if (inside) return line["VmFlags:".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                continue;
            }
            var range = line.Split(' ')[0].Split('-');
            if (range.Length != 2 || !nint.TryParse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var from)) continue;
            inside = address >= from && address < nint.Parse(range[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }
        throw new InvalidOperationException("no mapping holds the address");
    }

    // The soft limit in bytes from "Max locked memory"; a few pages are wanted. Without limits there is nothing to refuse.
    private static bool MayLock()
    {
        var words = File.ReadLines("/proc/self/limits").First(l => l.StartsWith("Max locked memory", StringComparison.Ordinal))["Max locked memory".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words[0] == "unlimited" || long.Parse(words[0], CultureInfo.InvariantCulture) >= 4 * 1024 * 1024;
    }
}
