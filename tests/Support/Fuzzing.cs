using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Coffer.Support;

/// <summary>
/// Sound inputs made unsound, for parsers: bytes overwritten, bits flipped, pieces cut out, doubled, or taken from another
/// input. A fixed number of rounds that is the same each time; under <c>COFFER_SOAK=1</c> other rounds each time, for
/// <see cref="SoakSeconds"/>. An input on which a parser takes too long or allocates too much fails like one that throws.
/// </summary>
public static class Fuzzing
{
    private const int Seed = 1;
    private const long MostAllocated = 512L * 1024 * 1024; // bytes for one input
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30); // for one input, on a machine that has much else to do
    private static readonly Lock Report = new();

    /// <summary>True where tests may take long.</summary>
    public static bool IsSoak => Environment.GetEnvironmentVariable("COFFER_SOAK") == "1";

    /// <summary>How long each parser is fuzzed then: 120 seconds, or what <c>COFFER_SOAK_SECONDS</c> says.</summary>
    public static int SoakSeconds =>
        int.TryParse(Environment.GetEnvironmentVariable("COFFER_SOAK_SECONDS"), CultureInfo.InvariantCulture, out var seconds) ? seconds : 120;

    /// <summary>Gives mutated inputs to a parser.</summary>
    /// <param name="parser">Its name, for the report in <c>artifacts/test-results/fuzzing</c>.</param>
    /// <param name="seeds">Sound inputs.</param>
    /// <param name="check">Gets an input and the seed that it came from; throws what is not documented.</param>
    /// <param name="rounds">How many where nobody asked for more.</param>
    public static void Run(string parser, IReadOnlyList<byte[]> seeds, Action<byte[], int> check, int rounds = 2_000)
    {
        var first = IsSoak ? Environment.TickCount : Seed;
        var random = new Random(first);
        var began = Stopwatch.StartNew();
        long round = 0;
        for (; IsSoak ? began.Elapsed.TotalSeconds < SoakSeconds : round < rounds; round++)
        {
            var at = random.Next(seeds.Count);
            var input = Mutate(seeds[at], seeds[random.Next(seeds.Count)], random);
            Check(parser, $"seed {first}, round {round}", input, () => check(input, at));
        }
        if (IsSoak) Note($"{parser} {round} rounds {began.Elapsed.TotalSeconds:F0} s seed {first}");
    }

    private static void Check(string parser, string which, byte[] input, Action check)
    {
        var began = Stopwatch.StartNew();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            check();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{parser}, {which}, input {Show(input)}: {e.GetType().Name}: {e.Message}", e);
        }
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Assert.True(began.Elapsed < Longest, $"{parser}, {which}: took {began.Elapsed}, input {Show(input)}");
        Assert.True(allocated < MostAllocated, $"{parser}, {which}: allocated {allocated} bytes, input {Show(input)}");
    }

    private static byte[] Mutate(byte[] seed, byte[] other, Random random)
    {
        var bytes = new List<byte>(seed);
        for (var edits = random.Next(1, 5); edits > 0; edits--) Edit(bytes, other, random);
        return [.. bytes];
    }

    private static void Edit(List<byte> bytes, byte[] other, Random random)
    {
        var at = random.Next(bytes.Count + 1);
        var length = Math.Min(random.Next(random.Next(4) == 0 ? 300 : 9), bytes.Count - at);
        switch (random.Next(8))
        {
            case 0: bytes.RemoveRange(at, length); break;
            case 1: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
            case 2: bytes.RemoveRange(at, random.Next(10) == 0 ? bytes.Count - at : length); break;
            case 3 when other.Length > 0:
                var from = random.Next(other.Length);
                bytes.InsertRange(at, other[from..Math.Min(other.Length, from + random.Next(64))]);
                break;
            case 4: bytes.InsertRange(at, Piece(random)); break;
            case 5 when at < bytes.Count: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 6 when at < bytes.Count: bytes[at] = (byte)(random.Next(3) switch { 0 => 0x00, 1 => 0xff, _ => 0x80 }); break;
            default:
                if (at < bytes.Count) bytes[at] = (byte)random.Next(256);
                break;
        }
    }

    // What parsers of JSON, base64, ASN.1, PEM and tar trip over.
    private static ReadOnlySpan<byte> Piece(Random random) => random.Next(16) switch
    {
        0 => "{"u8, 1 => "["u8, 2 => "\""u8, 3 => "null"u8, 4 => "-1"u8, 5 => "1e999"u8, 6 => "\\ud800"u8, 7 => "99999999999999999999"u8,
        8 => [0x30, 0x84, 0xff, 0xff, 0xff, 0xff], 9 => [0x30, 0x80], 10 => "\r\n"u8, 11 => ","u8, 12 => "=="u8, 13 => "../"u8, 14 => "\0\0\0\0"u8, _ => [0xc3, 0x28],
    };

    private static string Show(byte[] input) => input.Length <= 8192 ? Convert.ToBase64String(input) : $"of {input.Length} bytes";

    /// <summary>Puts a line of figures where a soak's report takes them from.</summary>
    public static void Note(string line)
    {
        var folder = RepositoryRoot.Combine("artifacts", "test-results");
        lock (Report)
        {
            Directory.CreateDirectory(folder);
            File.AppendAllText(Path.Combine(folder, "fuzzing"), line + "\n");
        }
    }
}
