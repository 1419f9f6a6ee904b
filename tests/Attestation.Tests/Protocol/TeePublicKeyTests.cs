using System.Buffers.Text;
using System.Security.Cryptography;
using Coffer.Attestation.Protocol;

namespace Coffer.Attestation.Tests.Protocol;

public sealed class TeePublicKeyTests
{
    [Fact]
    public void What_is_hashed_is_the_typed_key_and_none_of_the_other_members()
    {
        var key = FactKeys.Public(FactKeys.P256.Replace("{", """{"use":"enc","kid":"mine","d":"AAAA",""", StringComparison.Ordinal));
        Assert.Equal("""{"alg":"ECDH-ES+A256KW","crv":"P-256","kty":"EC","x":"H-uaikNECvSDuDy9NOOh0gR48C9lfwE1i6-fZeMEiu4","y":"lcs2JwKOfeR-ovGxjhC8cNInbbcxPPYgBxXNE-ospo8"}""", key.Canonical);
        Assert.False(key.Key.HasPrivateKey);
        Assert.Equal(FactKeys.Public(FactKeys.P256), key);
        Assert.NotEqual(FactKeys.Public(FactKeys.P521), key);
    }

    [Fact]
    public void Keys_of_all_three_kinds_survive_being_written_and_read()
    {
        using var rsa = RSA.Create(2048);
        foreach (var key in new[] { TeePublicKey.FromRsa(rsa.ExportParameters(false)), FactKeys.Public(FactKeys.P256), FactKeys.Public(FactKeys.P521) })
            Assert.Equal(key, FactKeys.Public(key.Canonical));
    }

    [Fact]
    public void RSA1_5_is_refused_unless_allowed()
    {
        using var rsa = RSA.Create(2048);
        var old = TeePublicKey.FromRsa(rsa.ExportParameters(false)).Canonical.Replace("RSA-OAEP-256", "RSA1_5", StringComparison.Ordinal);
        Assert.Contains("RSA1_5", Assert.Throws<AttestationException>(() => FactKeys.Public(old)).Message, StringComparison.Ordinal);
        Assert.Equal("RSA1_5", FactKeys.Public(old, allowRsa15: true).Algorithm);
    }

    [Theory]
    [InlineData("P-256", "P-384", "P-384")]
    [InlineData("ECDH-ES+A256KW", "ECDH-ES+A128KW", "A128KW")]
    [InlineData("EC\"", "OKP\"", "OKP")]
    [InlineData("H-uaikNECvSDuDy9NOOh0gR48C9lfwE1i6-fZeMEiu4", "H-uaikNECvSDuDy9NOOh0gR48C9lfwE1i6-fZeMEig", "32 bytes")] // 31 bytes
    [InlineData("H-uaikNECvSDuDy9NOOh0gR48C9lfwE1i6-fZeMEiu4", "H-uaikNECvSDuDy9NOOh0gR48C9lfwE1i6-fZeMEiu5", "base64url")] // stray bits
    [InlineData("H-uaikNECvSDuDy9NOOh0gR48C9lfwE1i6-fZeMEiu4", "H-uaikNECvSDuDy9NOOh0gR48C9lfwE1i6-fZeMEiu4=", "base64url")]
    [InlineData("H-uaikNECvSDuDy9NOOh0gR48C9lfwE1i6-fZeMEiu4", "lcs2JwKOfeR-ovGxjhC8cNInbbcxPPYgBxXNE-ospo8", "not on P-256")]
    [InlineData("\"alg\":\"ECDH-ES+A256KW\",", "", "alg")]
    public void An_EC_key_that_is_not_exactly_one_is_refused(string part, string instead, string reason) =>
        Assert.Contains(reason, Assert.Throws<AttestationException>(() => FactKeys.Public(FactKeys.P256.Replace(part, instead, StringComparison.Ordinal))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(1024)]
    [InlineData(8192)]
    public void RSA_keys_outside_2048_to_4096_bits_are_refused(int bits)
    {
        var modulus = new byte[bits / 8];
        Array.Fill(modulus, (byte)0xff);
        var json = $$"""{"kty":"RSA","alg":"RSA-OAEP-256","e":"AQAB","n":"{{Base64Url.EncodeToString(modulus)}}"}""";
        Assert.Throws<AttestationException>(() => FactKeys.Public(json));
    }

    [Fact]
    public void An_RSA_number_with_a_leading_zero_is_refused_because_it_would_hash_to_something_else()
    {
        using var rsa = RSA.Create(2048);
        var numbers = rsa.ExportParameters(false);
        var json = $$"""{"kty":"RSA","alg":"RSA-OAEP-256","e":"AQAB","n":"{{Base64Url.EncodeToString([0, .. numbers.Modulus!])}}"}""";
        Assert.Contains("'n'", Assert.Throws<AttestationException>(() => FactKeys.Public(json)).Message, StringComparison.Ordinal);
    }
}
