using System.Security.Cryptography;
using Coffer.ImageCrypt.Cipher;
using Coffer.ImageCrypt.Cipher.Native;
using Coffer.Oci;
using CsCheck;

namespace Coffer.ImageCrypt.Tests.Cipher;

/// <summary>Both ways of hashing a ciphertext against the platform's one-shot functions, which are slow to use and plainly right.</summary>
public sealed class CiphertextHashTests
{
    private static readonly string[] Ways = ["platform", "pair"];

    public static TheoryData<string> All => [.. Ways];

    [Theory, MemberData(nameof(All))]
    public void Every_length_around_the_block_and_padding_boundaries_is_right(string way)
    {
        var key = RandomNumberGenerator.GetBytes(32);
        for (var length = 0; length <= 260; length++)
        {
            Check(way, key, RandomNumberGenerator.GetBytes(length), hash => hash.Length);
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Every_way_to_cut_the_bytes_gives_the_same(string way)
    {
        Require(way);
        Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[0, 5000], Gen.Int[1, 300].Array[1, 20]).Sample(
            (key, bytes, cuts) =>
            {
                var n = 0;
                Check(way, key, bytes, _ => cuts[n++ % cuts.Length]);
            },
            iter: 300);
    }

    [Theory, MemberData(nameof(All))]
    public void A_long_input_in_large_blocks_is_right(string way) =>
        Check(way, RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(3 * 1024 * 1024 + 17), _ => 256 * 1024);

    [Theory, MemberData(nameof(All))]
    public void Many_at_once_do_not_disturb_each_other(string way)
    {
        Require(way);
        Parallel.For(0, 64, i => Check(way, RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(100_000 + i), _ => 4096 + i));
    }

    [Fact]
    public void HMAC_of_RFC_4231_test_case_1_holds_for_the_pair()
    {
        Require("pair");
        using var hash = new PairedCiphertextHash([.. Enumerable.Repeat((byte)0x0b, 20)]);
        hash.Append("Hi There"u8);
        var mac = new byte[CiphertextHash.MacBytes];

        var digest = hash.Finish(mac);

        Assert.Equal("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7", Convert.ToHexStringLower(mac));
        Assert.Equal(Digest.Of("Hi There"u8), digest);
    }

    [Fact]
    public void The_pair_is_used_exactly_where_it_can_be()
    {
        using var hash = CiphertextHash.Create(new byte[32]);

        Assert.Equal(Sha256Pair.IsUsable, hash is PairedCiphertextHash);
    }

    [Fact]
    public void Half_a_block_is_refused_before_it_reaches_native_code() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Sha256Pair.Compress(new uint[8], new uint[8], new byte[65]));

    private static void Check(string way, byte[] key, byte[] bytes, Func<byte[], int> cut)
    {
        Require(way);
        using CiphertextHash hash = way == "pair" ? new PairedCiphertextHash(key) : new PlatformCiphertextHash(key);
        for (var at = 0; at < bytes.Length;)
        {
            var count = Math.Min(Math.Max(1, cut(bytes)), bytes.Length - at);
            hash.Append(bytes.AsSpan(at, count));
            at += count;
        }
        var mac = new byte[CiphertextHash.MacBytes];
        var digest = hash.Finish(mac);

        Assert.Equal(HMACSHA256.HashData(key, bytes), mac);
        if (hash.HasDigest) Assert.Equal(Digest.Of(bytes), digest);
        else Assert.Null(digest);
    }

    // Where the processor lacks the instructions there is nothing to compare.
    private static void Require(string way) => Assert.SkipWhen(way == "pair" && !Sha256Pair.IsUsable, "the processor has no SHA instructions");
}
