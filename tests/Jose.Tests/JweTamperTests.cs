using System.Buffers.Text;
using System.Text.Json.Nodes;

namespace Coffer.Jose.Tests;

/// <summary>One bit changed anywhere that matters, and the envelope stays shut.</summary>
public sealed class JweTamperTests
{
    [Theory]
    [InlineData("RSA-OAEP", "rsa", "A256GCM")]
    [InlineData("ECDH-ES+A256KW", "P-256", "A256GCM")]
    [InlineData("ECDH-ES", "P-384", "A128GCM")]
    [InlineData("A192KW", "oct24", "A192GCM")]
    [InlineData("dir", "oct32", "A256GCM")]
    public void Any_flipped_bit_in_any_member_is_refused(string alg, string kind, string enc)
    {
        var text = Jwe.Encrypt("layer key"u8, [new(TestKeys.Public(kind), alg)], enc, additionalData: "bound"u8);
        var key = TestKeys.Get(kind);
        Assert.Equal("layer key"u8, Jwe.Parse(text).Decrypt(key));
        foreach (var (name, node) in JsonNode.Parse(text)!.AsObject())
        {
            var bytes = Base64Url.DecodeFromChars(node!.GetValue<string>());
            // Each try costs a private-key operation: with those that are slow, a sample of the bits that still meets every byte.
            for (var bit = 0; bit < bytes.Length * 8; bit += TestKeys.Get(kind).Type == JwkType.Symmetric ? 1 : 7)
            {
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                var altered = JsonNode.Parse(text)!;
                altered[name] = Base64Url.EncodeToString(bytes);
                AssertShut(altered.ToJsonString(), key);
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }
    }

    [Fact]
    public void Cbc_content_with_a_flipped_bit_is_refused()
    {
        foreach (var name in (string[])["RFC 7516 A.3", "RFC 7520 5.5"])
        {
            var example = Vectors.Jwe.Named(name);
            using var key = Jwk.Parse(example.Keys[0]);
            var parts = example.Forms["compact"].Split('.');
            foreach (var part in (int[])[0, 2, 3, 4])
            {
                var bytes = Base64Url.DecodeFromChars(parts[part]);
                for (var bit = 0; bit < bytes.Length * 8; bit++)
                {
                    bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                    var altered = (string[])parts.Clone();
                    altered[part] = Base64Url.EncodeToString(bytes);
                    AssertShut(string.Join('.', altered), key);
                    bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                }
            }
        }
    }

    /// <summary>The header of a recipient in the general form is not under the tag, yet what it says is bound by the key itself.</summary>
    [Fact]
    public void Changed_recipient_header_does_not_open_another_way()
    {
        var text = Jwe.Encrypt("layer key"u8, [new(TestKeys.Public("P-256")), new(TestKeys.Public("rsa"))]);
        AssertShut(text.Replace("ECDH-ES+A256KW", "ECDH-ES+A128KW", StringComparison.Ordinal), TestKeys.Get("P-256"));
        AssertShut(text.Replace("RSA-OAEP", "RSA-OAEP-256", StringComparison.Ordinal), TestKeys.Get("rsa"));
        AssertShut(text.Replace("RSA-OAEP", "RSA1_5", StringComparison.Ordinal), TestKeys.Get("rsa"));
    }

    private static void AssertShut(string text, Jwk key) => Assert.ThrowsAny<JoseException>(() => Jwe.Parse(text).Decrypt(key));
}
