namespace Coffer.Jose.Tests;

/// <summary>The examples of RFC 7516 appendix A and RFC 7520 section 5.</summary>
public sealed class RfcJweTests
{
    public static TheoryData<string, string> Forms() =>
        [.. Vectors.Jwe.SelectMany(e => e.Forms.Keys.Select(form => (e.Name, form)))];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Example_opens_with_its_keys_and_refuses_the_rest_by_name(string name, string form)
    {
        var example = Vectors.Jwe.Named(name);
        var text = example.Forms[form];
        if (example.Refused == "zip")
        {
            var refused = Assert.Throws<JoseException>(() => Jwe.Parse(text));
            Assert.Equal(JoseError.Unsupported, refused.Error);
            Assert.Contains("zip", refused.Message, StringComparison.Ordinal);
            return;
        }

        var jwe = Jwe.Parse(text);
        Assert.Equal(form, jwe.Serialization.ToString(), ignoreCase: true);
        if (example.Refused is { } word)
        {
            Assert.Contains(jwe.Recipients, r => r.Refusal?.Contains(word, StringComparison.Ordinal) == true);
        }

        for (var i = 0; i < example.Keys.Length; i++)
        {
            using var key = Jwk.Parse(example.Keys[i]);
            if (example.Opens.Contains(i))
            {
                Assert.Equal(example.Content, Vectors.Utf8(jwe.Decrypt(key)));
            }
            else
            {
                Assert.Throws<JweDecryptionException>(() => jwe.Decrypt(key));
            }
        }
    }

    [Fact]
    public void Recipients_are_listed_without_a_key()
    {
        var jwe = Jwe.Parse(Vectors.Jwe.Named("RFC 7520 5.13").Forms["general"]);
        Assert.Equal(["RSA1_5", "ECDH-ES+A256KW", "A256GCMKW"], jwe.Recipients.Select(r => r.Algorithm));
        Assert.Equal([null, "P-384", null], jwe.Recipients.Select(r => r.EphemeralCurve));
        Assert.Equal("frodo.baggins@hobbiton.example", jwe.Recipients[0].KeyId);
        Assert.Equal("A128CBC-HS256", jwe.ContentEncryption);
        Assert.Equal(256, jwe.Recipients[0].EncryptedKeyLength);
    }

    [Fact]
    public void Password_based_recipient_is_refused_without_computing()
    {
        var jwe = Jwe.Parse(Vectors.Jwe.Named("RFC 7520 5.3").Forms["compact"]);
        using var key = Jwk.FromSymmetric(new byte[32]);
        var attempt = jwe.TryDecrypt(0, key);
        Assert.Equal(JweFailure.Unsupported, attempt.Failure);
        Assert.Contains("p2c", attempt.Reason, StringComparison.Ordinal);
    }
}
