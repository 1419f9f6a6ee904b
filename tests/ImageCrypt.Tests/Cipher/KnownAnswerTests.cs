using System.Security.Cryptography;
using System.Text;
using Coffer.ImageCrypt.Cipher;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Tests.Cipher;

/// <summary>The layer cipher held to answers that were computed by other means; the key is 00 01 … 1f throughout.</summary>
public sealed class KnownAnswerTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    public static TheoryData<string, byte[], byte[], string, string> Answers => new()
    {
        {
            "a short text", [.. Enumerable.Range(0xf0, 16).Select(i => (byte)i)], Encoding.ASCII.GetBytes("layer-bytes-for-ocicrypt-kat-1\n"),
            "a8d3607379e0d911711f83e7a99bca3813584d214f80bb521110aa26c875546b", "0e312046c72cfaab90ab58d7bd9c5a30a7740d26fcf5a06cbdafc23ad3184465"
        },
        {
            "the counter wraps", [.. Enumerable.Repeat((byte)0xff, 16)], new byte[48],
            Convert.ToHexStringLower(SHA256.HashData(Convert.FromHexString("e999e41d4ca770da5387117b5d8f57eef29000b62a499fd0a9f39a6add2e7780f05d76ae4ab99fe5a6f69b3148c2363d"))),
            "a1668e72479d56ca011a493b56c71d9817242ee0f1457675479b38b827a219a3"
        },
        { "nothing", new byte[16], [], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "d38b42096d80f45f826b44a9d5607de72496a415d3f4a1a8c88e3bb9da8dc1cb" },
        {
            "100,000 bytes", new byte[16], [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i % 251))],
            "fad8b8e77aaac2be661190f0aa069b49b969f54fbb4d3a3e16c6d2816dd080f3", "12dbc5d8cf54ba4e148a55b49fbc75f3d7a04bdb7fb5ac96e2953584344b5088"
        },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Ciphertext_and_MAC_are_the_known_ones(string name, byte[] nonce, byte[] plaintext, string sha256, string mac)
    {
        Assert.NotEmpty(name);
        foreach (var step in new[] { 1, 15, 16, 17, 4096, 1 << 20 })
        {
            using var key = new LayerKey([.. Key], [.. nonce], null);
            await using var stream = new EncryptStream(new MemoryStream(plaintext), key);
            var ciphertext = ReadBy(stream, step == 1 && plaintext.Length > 1000 ? 7 : step);

            Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(ciphertext)));
            Assert.Equal(mac, Convert.ToHexStringLower(stream.Mac));
        }
    }

    [Fact]
    public void Private_options_are_the_bytes_that_other_writers_make()
    {
        using var key = new LayerKey([.. Key], [.. Enumerable.Range(0xf0, 16).Select(i => (byte)i)], Digest.Of(Encoding.ASCII.GetBytes("layer-bytes-for-ocicrypt-kat-1\n")));

        var json = PrivateOptions.Write(key);

        Assert.Equal(193, json.Length);
        Assert.Equal(
            """{"symkey":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","digest":"sha256:06a6ecce7be0d9cc4197bd07f96e5d828e1c29b6983ed49cc577c961fc2a78b3","cipheroptions":{"nonce":"8PHy8/T19vf4+fr7/P3+/w=="}}""",
            Encoding.ASCII.GetString(json));
    }

    [Fact]
    public void Public_options_are_the_bytes_that_other_writers_make() => Assert.Equal(
        "eyJjaXBoZXIiOiJBRVNfMjU2X0NUUl9ITUFDX1NIQTI1NiIsImhtYWMiOiJEakVnUnNjcytxdVFxMWpYdlp4YU1LZDBEU2I4OWFCc3ZhL0NPdE1ZUkdVPSIsImNpcGhlcm9wdGlvbnMiOnt9fQ==",
        PublicOptions.Write(Convert.FromHexString("0e312046c72cfaab90ab58d7bd9c5a30a7740d26fcf5a06cbdafc23ad3184465")));

    private static byte[] ReadBy(Stream stream, int step)
    {
        var all = new MemoryStream();
        var buffer = new byte[step];
        int count;
        while ((count = stream.Read(buffer)) > 0) all.Write(buffer, 0, count);
        return all.ToArray();
    }
}
