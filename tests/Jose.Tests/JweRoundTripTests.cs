using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Coffer.Jose.Tests;

public sealed class JweRoundTripTests
{
    private static readonly byte[] Content = Encoding.UTF8.GetBytes("""{"symkey":"bm90IGEga2V5","cipheroptions":{}}""");

    public static TheoryData<string, string, string, JweSerialization> Combinations()
    {
        var data = new TheoryData<string, string, string, JweSerialization>();
        foreach (var enc in (string[])["A128GCM", "A192GCM", "A256GCM"])
        {
            foreach (var form in Enum.GetValues<JweSerialization>())
            {
                data.Add("RSA-OAEP", "rsa", enc, form);
                data.Add("RSA-OAEP-256", "rsa", enc, form);
                foreach (var curve in (string[])["P-256", "P-384", "P-521"])
                {
                    foreach (var alg in (string[])["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW"])
                    {
                        data.Add(alg, curve, enc, form);
                    }
                }

                data.Add("A128KW", "oct16", enc, form);
                data.Add("A192KW", "oct24", enc, form);
                data.Add("A256KW", "oct32", enc, form);
                data.Add("dir", enc switch { "A128GCM" => "oct16", "A192GCM" => "oct24", _ => "oct32" }, enc, form);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Every_algorithm_round_trips_in_every_form(string alg, string kind, string enc, JweSerialization form)
    {
        var key = TestKeys.Get(kind);
        var text = Jwe.Encrypt(Content, [new JweRecipient(TestKeys.Public(kind), alg, "k1")], enc, form);
        var jwe = Jwe.Parse(text);
        Assert.Equal(form, jwe.Serialization);
        Assert.Equal(enc, jwe.ContentEncryption);
        Assert.Equal((alg, "k1"), (jwe.Recipients[0].Algorithm, jwe.Recipients[0].KeyId));
        Assert.Equal(Content, jwe.Decrypt(key));
    }

    [Theory]
    [InlineData("rsa", "RSA-OAEP")]
    [InlineData("P-256", "ECDH-ES+A256KW")]
    [InlineData("P-384", "ECDH-ES+A256KW")]
    [InlineData("P-521", "ECDH-ES+A256KW")]
    [InlineData("oct16", "A128KW")]
    [InlineData("oct24", "A192KW")]
    [InlineData("oct32", "A256KW")]
    public void Default_algorithm_is_what_the_oldest_readers_read(string kind, string alg) =>
        Assert.Equal(alg, Jwe.Parse(Jwe.Encrypt(Content, [new JweRecipient(TestKeys.Public(kind))])).Recipients[0].Algorithm);

    [Fact]
    public void The_keys_own_algorithm_and_name_are_used()
    {
        using var key = TestKeys.Public("rsa").WithNames("mine", "RSA-OAEP-256");
        var recipient = Jwe.Parse(Jwe.Encrypt(Content, [new JweRecipient(key)])).Recipients[0];
        Assert.Equal(("RSA-OAEP-256", "mine"), (recipient.Algorithm, recipient.KeyId));
        using var direct = TestKeys.Get("oct16").WithNames(null, "A128GCM");
        Assert.Equal("dir", Jwe.Parse(Jwe.Encrypt(Content, [new JweRecipient(direct)], "A128GCM")).Recipients[0].Algorithm);
    }

    [Fact]
    public void One_recipient_is_written_flattened_with_its_header_members_in_alphabetical_order()
    {
        using var named = TestKeys.Public("P-256").WithNames("k", null);
        using var json = JsonDocument.Parse(Jwe.Encrypt(Content, [new JweRecipient(named)]));
        Assert.Equal(["protected", "encrypted_key", "iv", "ciphertext", "tag"], json.RootElement.EnumerateObject().Select(m => m.Name));
        using var header = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(json.RootElement.GetProperty("protected").GetString()));
        Assert.Equal(["alg", "enc", "epk", "kid"], header.RootElement.EnumerateObject().Select(m => m.Name));
        Assert.Equal(["crv", "kty", "x", "y"], header.RootElement.GetProperty("epk").EnumerateObject().Select(m => m.Name));
    }

    [Fact]
    public void Several_recipients_share_one_content_key_without_the_redundant_member()
    {
        var text = Jwe.Encrypt(Content, [new(TestKeys.Public("rsa")), new(TestKeys.Public("P-521"), KeyId: "ec"), new(TestKeys.Get("oct32"))]);
        using var json = JsonDocument.Parse(text);
        Assert.Equal(["protected", "recipients", "iv", "ciphertext", "tag"], json.RootElement.EnumerateObject().Select(m => m.Name));
        Assert.Equal("""{"enc":"A256GCM"}"""u8, System.Buffers.Text.Base64Url.DecodeFromChars(json.RootElement.GetProperty("protected").GetString()));
        Assert.Equal(["header", "encrypted_key"], json.RootElement.GetProperty("recipients")[1].EnumerateObject().Select(m => m.Name));
        Assert.Equal(["alg", "epk", "kid"], json.RootElement.GetProperty("recipients")[1].GetProperty("header").EnumerateObject().Select(m => m.Name));
        foreach (var kind in (string[])["rsa", "P-521", "oct32"])
        {
            Assert.Equal(Content, Jwe.Parse(text).Decrypt(TestKeys.Get(kind)));
        }
    }

    [Theory]
    [InlineData(JweSerialization.Flattened)]
    [InlineData(JweSerialization.General)]
    public void Additional_data_is_authenticated(JweSerialization form)
    {
        var text = Jwe.Encrypt(Content, [new(TestKeys.Get("oct32"))], serialization: form, additionalData: "context"u8);
        Assert.Equal(Content, Jwe.Parse(text).Decrypt(TestKeys.Get("oct32")));
        var altered = text.Replace("Y29udGV4dA", "Y29udGV4dB", StringComparison.Ordinal);
        Assert.NotEqual(text, altered);
        Assert.Throws<JoseException>(() => Jwe.Parse(altered));
        altered = text.Replace("Y29udGV4dA", "Y29udGV4dQ", StringComparison.Ordinal);
        Assert.Equal(JweFailure.ContentAltered, Jwe.Parse(altered).TryDecrypt(0, TestKeys.Get("oct32")).Failure);
    }

    [Fact]
    public void A_key_outside_the_process_opens_it()
    {
        var jwe = Jwe.Parse(Jwe.Encrypt(Content, [new(TestKeys.Public("rsa"))]));
        Assert.Equal(Content, jwe.TryDecrypt(0, new Token(TestKeys.Get("rsa"))).Plaintext);
        Assert.Equal(JweFailure.NotOpened, jwe.TryDecrypt(0, new Token(null)).Failure);
    }

    private sealed class Token(Jwk? key) : IJweKeyUnwrapper
    {
        public byte[]? Unwrap(JweRecipientInfo recipient, ReadOnlySpan<byte> encryptedKey)
        {
            using var rsa = key?.ToRsa();
            return rsa?.Decrypt(encryptedKey, RSAEncryptionPadding.OaepSHA1);
        }
    }
}
