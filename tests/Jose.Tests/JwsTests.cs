using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Coffer.Jose.Tests;

public sealed class JwsTests
{
    private static readonly byte[] Payload = Encoding.UTF8.GetBytes("""{"sub":"guest"}""");

    public static TheoryData<string, string, JwsSerialization> Combinations()
    {
        var data = new TheoryData<string, string, JwsSerialization>();
        foreach (var form in Enum.GetValues<JwsSerialization>())
        {
            foreach (var (kind, alg) in ((string, string)[])[("P-256", "ES256"), ("P-384", "ES384"), ("P-521", "ES512"), ("rsa", "RS256"),
                ("rsa", "RS384"), ("rsa", "RS512"), ("rsa", "PS256"), ("rsa", "PS384"), ("rsa", "PS512")])
            {
                data.Add(kind, alg, form);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Every_algorithm_round_trips_in_every_form(string kind, string alg, JwsSerialization form)
    {
        var text = Jws.Sign(Payload, [new JwkSigner(TestKeys.Get(kind), alg)], form, json => json.WriteString("typ", "JWT"));
        var jws = Jws.Parse(text);
        Assert.Equal(form, jws.Serialization);
        var verified = jws.Verify(new JwkVerifier(TestKeys.Public(kind), alg));
        Assert.Equal(Payload, verified.Payload.ToArray());
        Assert.Equal("JWT", verified.Signature.Header.GetString("typ"));
        Assert.True(verified.Signature.Header.IsProtected("alg"));
        Assert.Throws<JoseException>(() => jws.Verify(new JwkVerifier(TestKeys.Public(kind + (kind == "rsa" ? "2" : "-2")), alg)));
    }

    [Fact]
    public void Algorithm_that_the_caller_did_not_list_is_refused()
    {
        var text = Jws.Sign(Payload, [new JwkSigner(TestKeys.Get("rsa"), "RS256")]);
        var refused = Assert.Throws<JoseException>(() => Jws.Parse(text).Verify(new JwkVerifier(TestKeys.Public("rsa"), "PS256")));
        Assert.Equal(JoseError.IntegrityFailure, refused.Error);
        Assert.Contains("RS256", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unsigned_token_is_refused_and_cannot_be_allowed()
    {
        var text = $"{Encode("""{"alg":"none"}""")}.{Encode("{}")}.";
        Assert.Throws<JoseException>(() => Jws.Parse(text).Verify(new JwkVerifier(TestKeys.Public("rsa"), RfcJwsTests.Allowed)));
        Assert.Throws<JoseException>(() => new JwkVerifier(TestKeys.Public("rsa"), "none"));
        Assert.Throws<JoseException>(() => new JwkVerifier(TestKeys.Public("rsa"), "HS256"));
    }

    /// <summary>The classic confusion: a public key, which everyone has, used as the key of a MAC.</summary>
    [Fact]
    public void Public_key_is_never_a_mac_key()
    {
        var input = $"{Encode("""{"alg":"HS256"}""")}.{Encode("{}")}";
        var mac = HMACSHA256.HashData(TestKeys.Public("rsa").ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(input));
        var jws = Jws.Parse($"{input}.{Base64Url.EncodeToString(mac)}");
        Assert.Throws<JoseException>(() => jws.Verify(new JwkVerifier(TestKeys.Public("rsa"), RfcJwsTests.Allowed)));
    }

    [Fact]
    public void Every_flipped_bit_of_a_signature_is_refused()
    {
        var jws = Jws.Sign(Payload, [new JwkSigner(TestKeys.Get("P-256"))]).Split('.');
        var verifier = new JwkVerifier(TestKeys.Public("P-256"), "ES256");
        foreach (var part in (int[])[0, 1, 2])
        {
            var bytes = Base64Url.DecodeFromChars(jws[part]);
            for (var bit = 0; bit < bytes.Length * 8; bit++)
            {
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                var altered = (string[])jws.Clone();
                altered[part] = Base64Url.EncodeToString(bytes);
                Assert.Throws<JoseException>(() => Jws.Parse(string.Join('.', altered)).Verify(verifier));
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }
    }

    [Fact]
    public void One_of_several_signatures_suffices_and_is_named()
    {
        var text = Jws.Sign(Payload, [new JwkSigner(TestKeys.Get("rsa")), new JwkSigner(TestKeys.Get("P-384"))]);
        var jws = Jws.Parse(text);
        var verifier = new JwkVerifier(TestKeys.Public("P-384"), "ES384");
        var verified = jws.Verify(new JwkVerifier(TestKeys.Public("P-256"), "ES256"), verifier);
        Assert.Equal((1, 1), (verified.Signature.Index, verified.Verifier));
        Assert.False(jws.IsSignedBy(0, verifier));
        Assert.True(jws.IsSignedBy(1, verifier));
    }

    [Fact]
    public void Signer_and_verifier_from_outside_plug_in()
    {
        var text = Jws.Sign(Payload, [new Outside()]);
        Assert.Equal(Payload, Jws.Parse(text).Verify(new Outside()).Payload.ToArray());
        Assert.Equal("EdDSA", Jws.Parse(text).Signatures[0].Algorithm);
        Assert.Throws<JoseException>(() => Jws.Parse(text).Verify(new JwkVerifier(TestKeys.Public("rsa"), RfcJwsTests.Allowed)));
    }

    [Theory]
    [InlineData("P-256", "ES384")]
    [InlineData("P-256", "RS256")]
    [InlineData("rsa", "ES256")]
    [InlineData("oct32", "ES256")]
    [InlineData("rsa", "HS256")]
    [InlineData("rsa", "none")]
    public void Key_that_does_not_fit_the_algorithm_neither_signs_nor_verifies(string kind, string alg)
    {
        Assert.Throws<JoseException>(() => new JwkSigner(TestKeys.Get(kind), alg));
        Assert.Throws<JoseException>(() => new JwkVerifier(TestKeys.Public(kind), alg));
    }

    [Fact]
    public void Key_for_encryption_does_not_sign()
    {
        using var key = Jwk.Parse(Vectors.Jwe.Named("RFC 7520 5.1").Keys[0]);
        Assert.Equal("enc", key.Use);
        Assert.Throws<JoseException>(() => new JwkSigner(key, "RS256"));
        Assert.Throws<JoseException>(() => new JwkVerifier(key, "RS256"));
        Assert.Throws<JoseException>(() => new JwkSigner(TestKeys.Public("rsa"), "RS256"));
    }

    public static TheoryData<string> Malformed() =>
    [
        "", "..", ".", "a.b.c.d", "{}", "[]", "{\"payload\":\"\"}", "{\"payload\":1,\"signature\":\"\"}",
        $"{Encode("{}")}.e30.", $"{Encode("""{"alg":1}""")}.e30.", $"{Encode("""{"alg":"ES256","alg":"ES256"}""")}.e30.",
        $"{Encode("""{"alg":"ES256","crit":["b64"],"b64":false}""")}.e30.AA",
        $"{Encode("""{"alg":"ES256"}""")}.e30=.AA", $"{Encode("""{"alg":"ES256"}""")}.e31.AA",
        """{"payload":"e30","signatures":[]}""", """{"payload":"e30","signatures":[1]}""",
        """{"payload":"e30","signatures":[{"header":{"alg":"ES256"},"signature":"AA"}],"signature":"AA"}""",
        $$"""{"payload":"e30","protected":"{{Encode("""{"alg":"ES256"}""")}}","header":{"alg":"ES256"},"signature":"AA"}""",
    ];

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Malformed_text_is_refused(string text) => Assert.Throws<JoseException>(() => Jws.Parse(text));

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    /// <summary>Stands for an algorithm of another library: a keyed hash under the name EdDSA.</summary>
    private sealed class Outside : IJwsSigner, IJwsVerifier
    {
        public string Algorithm => "EdDSA";

        public string? KeyId => "outside";

        public byte[] Sign(ReadOnlySpan<byte> signingInput) => HMACSHA512.HashData("outside"u8, signingInput);

        public bool Accepts(string algorithm) => algorithm == "EdDSA";

        public bool Verify(string algorithm, ReadOnlySpan<byte> signingInput, ReadOnlySpan<byte> signature) =>
            CryptographicOperations.FixedTimeEquals(Sign(signingInput), signature);
    }
}
