using System.Buffers.Text;
using System.Text;

namespace Coffer.Jose.Tests;

/// <summary>What is refused, and that the reason says why.</summary>
public sealed class JweRefusalTests
{
    private const string Rest = """
        "iv":"AAAAAAAAAAAAAAAA","ciphertext":"AA","tag":"AAAAAAAAAAAAAAAAAAAAAA"
        """;

    public static TheoryData<string> Malformed() =>
    [
        "", " ", "x", "....", "a.b.c.d.e", "a.b.c.d.e.f", "[]", "{", "{}", "{\"protected\":1}", $"{{{Rest}}}",
        Flat("{}"), Flat("[]"), Flat("{\"alg\":\"dir\"}"), Flat("{\"enc\":\"A256GCM\"}"), Flat("{\"alg\":7,\"enc\":\"A256GCM\"}"),
        Flat("{\"alg\":\"dir\",\"alg\":\"dir\",\"enc\":\"A256GCM\"}"),
        Flat("{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"x\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}"),
        Flat("{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"kid\":\"\\ud800\"}"),
        Flat("{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"crit\":[\"exp\"],\"exp\":1}"),
        Flat("{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"zip\":\"DEF\"}"),
        Flat("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}", "\"header\":{\"alg\":\"dir\"}"),
        Flat("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}", "\"unprotected\":{\"enc\":\"A256GCM\"}"),
        Flat("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}", "\"unprotected\":{\"k\":1},\"header\":{\"k\":1}"),
        Flat("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}", "\"aad\":\"\""),
        Flat("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}", "\"encrypted_key\":7"),
        Flat("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}", "\"recipients\":[]"),
        Flat("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}", "\"recipients\":{}"),
        Flat("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}", "\"recipients\":[1]"),
        Flat("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}", "\"recipients\":[{}],\"header\":{}"),
        Flat("{\"alg\":\"A256KW\",\"enc\":\"A256GCM\"}", "\"recipients\":[{\"encrypted_key\":\"AA\"},{}],\"encrypted_key\":\"BB\""),
        Flat("{\"alg\":\"A256KW\"}", "\"recipients\":[{\"header\":{\"enc\":\"A256GCM\"}},{\"header\":{\"enc\":\"A128GCM\"}}]"),
        Flat("{\"alg\":\"A256KW\",\"enc\":\"A256GCM\"}", $"\"recipients\":[{string.Join(',', Enumerable.Repeat("{}", 257))}]"),
        Flat("{\"alg\":\"A256KW\",\"enc\":\"A256GCM\"}", $"\"encrypted_key\":\"{new string('A', 6000)}\""),
        Flat("{\"alg\":\"A256KW\",\"enc\":\"A256GCM\",\"x\":\"" + new string('x', 70_000) + "\"}"),
        Flat("{\"alg\":\"A256KW\",\"enc\":\"A128CBC-HS256\"}"),
        "{\"protected\":\"e30=\"," + Rest + "}",
        new string('A', 5 * 1024 * 1024),
    ];

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Malformed_text_is_refused(string text) => Assert.Throws<JoseException>(() => Jwe.Parse(text));

    [Theory]
    [InlineData("RSA1_5", "PKCS#1 v1.5")]
    [InlineData("PBES2-HS256+A128KW", "p2c")]
    [InlineData("PBES2-HS512+A256KW", "p2c")]
    [InlineData("A256GCMKW", "not supported")]
    [InlineData("RSA-OAEP-512", "not supported")]
    [InlineData("ECDH-1PU", "not supported")]
    [InlineData("none", "not supported")]
    [InlineData("Dir", "not supported")]
    [InlineData("line\\nbreak", "an unreadable name")]
    public void Refused_algorithm_says_why_whatever_the_key(string alg, string word)
    {
        var jwe = Jwe.Parse(Flat($$"""{"alg":"{{alg}}","enc":"A256GCM","p2c":2147483647,"p2s":"AAAA"}""", "\"encrypted_key\":\"AAAA\""));
        foreach (var kind in (string[])["rsa", "P-256", "oct32"])
        {
            var attempt = jwe.TryDecrypt(0, TestKeys.Get(kind));
            Assert.Equal(JweFailure.Unsupported, attempt.Failure);
            Assert.Contains(word, attempt.Reason, StringComparison.Ordinal);
            Assert.Equal(attempt.Reason, jwe.Recipients[0].Refusal);
        }
    }

    public static TheoryData<string, string> UnusableAgreements() => new()
    {
        { "", "missing" },
        { ",\"epk\":7", "not a key" },
        { ",\"epk\":{}", "kty" },
        { ",\"epk\":{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"AAAA\"}", "X25519" },
        { ",\"epk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}", "not a public EC key" },
        { ",\"epk\":" + Encoding.UTF8.GetString(TestKeys.Get("P-256").ToPrivateJson()), "not a public EC key" },
        { ",\"epk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}", "not on P-256" },
        { ",\"epk\":" + TestKeys.Get("P-256").ToPublicJson() + ",\"apu\":\"*\"", "apu" },
        { ",\"epk\":" + TestKeys.Get("P-256").ToPublicJson() + ",\"apv\":7", "apv" },
    };

    /// <summary>Among them the invalid-curve attack: a point off the curve is named and never computed with.</summary>
    [Theory]
    [MemberData(nameof(UnusableAgreements))]
    public void Unusable_key_agreement_is_named(string members, string word)
    {
        var jwe = Jwe.Parse(Flat($$"""{"alg":"ECDH-ES+A256KW","enc":"A256GCM"{{members}}}""", "\"encrypted_key\":\"AAAA\""));
        var attempt = jwe.TryDecrypt(0, TestKeys.Get("P-256"));
        Assert.Equal(JweFailure.Unsupported, attempt.Failure);
        Assert.Contains(word, attempt.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_content_encryption_is_listed_but_not_opened()
    {
        var jwe = Jwe.Parse(Flat("""{"alg":"A256KW","enc":"XC20P","kid":"k"}""", "\"encrypted_key\":\"AAAA\""));
        Assert.Equal(("A256KW", "XC20P", "k"), (jwe.Recipients[0].Algorithm, jwe.ContentEncryption, jwe.Recipients[0].KeyId));
        Assert.Contains("XC20P", jwe.TryDecrypt(0, TestKeys.Get("oct32")).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Direct_algorithms_are_not_shared()
    {
        Assert.Throws<JoseException>(() => Jwe.Encrypt("x"u8, [new(TestKeys.Get("oct32"), "dir"), new(TestKeys.Get("oct32"))]));
        Assert.Throws<JoseException>(() => Jwe.Encrypt("x"u8, [new(TestKeys.Get("oct32")), new(TestKeys.Public("P-256"), "ECDH-ES")]));
        var shared = Jwe.Parse(Flat("""{"alg":"dir","enc":"A256GCM"}""", "\"recipients\":[{},{}]"));
        Assert.Equal(JweFailure.Unsupported, shared.TryDecrypt(0, TestKeys.Get("oct32")).Failure);
        var keyed = Jwe.Parse(Flat("""{"alg":"dir","enc":"A256GCM"}""", "\"encrypted_key\":\"AAAA\""));
        Assert.Equal(JweFailure.Unsupported, keyed.TryDecrypt(0, TestKeys.Get("oct32")).Failure);
    }

    [Theory]
    [InlineData("rsa", "P-256", JweFailure.WrongKind, "EC P-256")]
    [InlineData("rsa", "oct32", JweFailure.WrongKind, "oct 256")]
    [InlineData("rsa", "rsa3072", JweFailure.WrongKind, "2048")]
    [InlineData("rsa", "rsa2", JweFailure.NotOpened, "does not open")]
    [InlineData("P-256", "rsa", JweFailure.WrongKind, "RSA 2048")]
    [InlineData("P-256", "P-384", JweFailure.WrongKind, "P-256")]
    [InlineData("P-256", "P-256-2", JweFailure.NotOpened, "does not open")]
    [InlineData("oct32", "oct16", JweFailure.WrongKind, "16")]
    [InlineData("oct32", "P-256", JweFailure.WrongKind, "symmetric")]
    public void Wrong_key_gets_its_own_reason(string sealedTo, string tried, JweFailure failure, string word)
    {
        var jwe = Jwe.Parse(Jwe.Encrypt("x"u8, [new(TestKeys.Public(sealedTo))]));
        var attempt = jwe.TryDecrypt(0, TestKeys.Get(tried));
        Assert.Null(attempt.Plaintext);
        Assert.Equal(failure, attempt.Failure);
        Assert.Contains(word, attempt.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Public_key_does_not_open_and_says_so() =>
        Assert.Equal(
            JweFailure.PublicOnly,
            Jwe.Parse(Jwe.Encrypt("x"u8, [new(TestKeys.Public("rsa"))])).TryDecrypt(0, TestKeys.Public("rsa")).Failure);

    [Fact]
    public void Shared_key_meant_for_wrapping_is_not_used_directly()
    {
        using var wrapping = TestKeys.Get("oct32").WithNames(null, "A256KW");
        var direct = Jwe.Parse(Jwe.Encrypt("x"u8, [new(TestKeys.Get("oct32"), "dir")]));
        Assert.Equal(JweFailure.WrongKind, direct.TryDecrypt(0, wrapping).Failure);
        Assert.NotNull(direct.TryDecrypt(0, TestKeys.Get("oct32")).Plaintext);
    }

    [Fact]
    public void Failure_lists_every_key_against_every_recipient()
    {
        var jwe = Jwe.Parse(Jwe.Encrypt("x"u8, [new(TestKeys.Public("rsa")), new(TestKeys.Public("P-256"))]));
        var failure = Assert.Throws<JweDecryptionException>(() => jwe.Decrypt([TestKeys.Get("rsa2"), TestKeys.Get("P-384")]));
        Assert.Equal([(0, 0), (0, 1), (1, 0), (1, 1)], failure.Attempts.Select(a => (a.Key, a.Recipient)));
        Assert.Equal(
            [JweFailure.NotOpened, JweFailure.WrongKind, JweFailure.WrongKind, JweFailure.WrongKind],
            failure.Attempts.Select(a => a.Failure));
        Assert.Equal(JoseError.NotOpened, failure.Error);
        Assert.Throws<JweDecryptionException>(() => jwe.Decrypt([]));
    }

    [Theory]
    [InlineData("RSA1_5", "rsa")]
    [InlineData("PBES2-HS256+A128KW", "oct32")]
    [InlineData("A128KW", "rsa")]
    [InlineData("RSA-OAEP", "P-256")]
    [InlineData("ECDH-ES", "rsa")]
    [InlineData("A128KW", "oct32")]
    public void Unsuitable_algorithm_is_not_written(string alg, string kind) =>
        Assert.Throws<JoseException>(() => Jwe.Encrypt("x"u8, [new(TestKeys.Public(kind), alg)]));

    [Fact]
    public void Forms_and_contents_that_do_not_fit_are_not_written()
    {
        var one = new JweRecipient(TestKeys.Get("oct32"));
        Assert.Throws<JoseException>(() => Jwe.Encrypt("x"u8, []));
        Assert.Throws<JoseException>(() => Jwe.Encrypt("x"u8, [one, one], serialization: JweSerialization.Flattened));
        Assert.Throws<JoseException>(() => Jwe.Encrypt("x"u8, [one, one], serialization: JweSerialization.Compact));
        Assert.Throws<JoseException>(() => Jwe.Encrypt("x"u8, [.. Enumerable.Repeat(one, 257)]));
        Assert.Throws<JoseException>(() => Jwe.Encrypt("x"u8, [one], "A128CBC-HS256"));
        Assert.Throws<JoseException>(() => Jwe.Encrypt("x"u8, [one], "XC20P"));
        Assert.Throws<JoseException>(() => Jwe.Encrypt("x"u8, [one], serialization: JweSerialization.Compact, additionalData: "x"u8));
        Assert.Throws<JoseException>(() => Jwe.Encrypt(new byte[3 * 1024 * 1024], [one]));
        using var signing = Jwk.Parse(TestKeys.Public("rsa").ToPublicJson().Replace("{", "{\"use\":\"sig\",", StringComparison.Ordinal));
        Assert.Throws<JoseException>(() => Jwe.Encrypt("x"u8, [new(signing)]));
    }

    private static string Flat(string header, string? more = null) =>
        $"{{\"protected\":\"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}\",{(more is null ? "" : more + ",")}{Rest}}}";
}
