using CsCheck;

namespace Coffer.ImageCrypt.Tests.KeyWrap;

/// <summary>Sound inputs made unsound: a few bytes overwritten, a piece cut out or doubled. Longer under COFFER_SOAK=1.</summary>
internal static class Mutations
{
    public static void Sample(IReadOnlyList<byte[]> seeds, Action<byte[]> check) =>
        Gen.Select(Gen.Int[0, seeds.Count - 1], Gen.Int[0, 3], Gen.Int[0, int.MaxValue - 1], Gen.Int[0, int.MaxValue - 1], Gen.Byte.Array[0, 6])
            .Sample((seed, kind, at, other, bytes) => check(Mutate(seeds[seed], kind, at, other, bytes)), iter: Iterations);

    private static long Iterations => Environment.GetEnvironmentVariable("COFFER_SOAK") == "1" ? 200_000 : 2_000;

    private static byte[] Mutate(byte[] seed, int kind, int at, int other, byte[] bytes)
    {
        if (seed.Length == 0) return bytes;
        var (from, to) = (at % seed.Length, other % seed.Length);
        if (from > to) (from, to) = (to, from);
        switch (kind)
        {
            case 0:
                var written = (byte[])seed.Clone();
                bytes.AsSpan(0, Math.Min(bytes.Length, seed.Length - from)).CopyTo(written.AsSpan(from));
                return written;
            case 1: return [.. seed[..from], .. seed[to..]];
            case 2: return [.. seed[..to], .. seed[from..]];
            default: return [.. seed[..from], .. bytes, .. seed[from..]];
        }
    }
}
