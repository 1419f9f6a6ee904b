using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol;
using Coffer.Jose;

namespace Coffer.Attestation.Tests.Protocol;

public sealed class SealedResponseTests
{
    private static readonly byte[] Resource = Encoding.UTF8.GetBytes("hello from the broker");

    [Theory]
    [InlineData(FactKeys.JweP256, FactKeys.P256Private)]
    [InlineData(FactKeys.JweP521, FactKeys.P521Private)]
    public void Answers_of_another_implementation_open(string jwe, string key)
    {
        using var jwk = FactKeys.Private(key);
        Assert.Equal(Resource, SealedResponse.Open(Encoding.UTF8.GetBytes(jwe), new JwkUnwrapper(jwk)));
    }

    [Theory]
    [InlineData(FactKeys.P256, FactKeys.P256Private, """{"alg":"ECDH-ES+A256KW","enc":"A256GCM","epk":{"crv":"P-256","kty":"EC","x":"?","y":"?"}}""")]
    [InlineData(FactKeys.P521, FactKeys.P521Private, """{"alg":"ECDH-ES+A256KW","enc":"A256GCM","epk":{"crv":"P-521","kty":"EC","x":"?","y":"?"}}""")]
    public void Ours_open_and_have_the_header_that_clients_write_again(string publicKey, string privateKey, string expected)
    {
        var answer = SealedResponse.Seal(Resource, FactKeys.Public(publicKey));
        using var jwk = FactKeys.Private(privateKey);
        Assert.Equal(Resource, SealedResponse.Open(answer, new JwkUnwrapper(jwk)));
        Assert.Equal(expected, HeaderOf(answer, blankPoint: true));
    }

    [Theory]
    [InlineData("RSA-OAEP-256", false)]
    [InlineData("RSA1_5", true)]
    public void To_RSA_keys_the_header_holds_two_members_and_the_key_is_wrapped_as_asked(string algorithm, bool old)
    {
        using var rsa = RSA.Create(2048);
        var key = FactKeys.Public(TeePublicKey.FromRsa(rsa.ExportParameters(false)).Canonical.Replace("RSA-OAEP-256", algorithm, StringComparison.Ordinal), allowRsa15: old);
        var answer = SealedResponse.Seal(Resource, key);
        Assert.Equal($$"""{"alg":"{{algorithm}}","enc":"A256GCM"}""", HeaderOf(answer, blankPoint: false));
        Assert.Equal(Resource, OpenByHand(answer, rsa, old ? RSAEncryptionPadding.Pkcs1 : RSAEncryptionPadding.OaepSHA256));
        using var document = JsonDocument.Parse(answer);
        Assert.Equal(["protected", "encrypted_key", "iv", "ciphertext", "tag"], document.RootElement.EnumerateObject().Select(m => m.Name));
    }

    [Fact]
    public void An_answer_that_was_touched_or_sealed_to_another_key_does_not_open()
    {
        var answer = JsonNode.Parse(SealedResponse.Seal(Resource, FactKeys.Public(FactKeys.P256)))!.AsObject();
        using var other = FactKeys.Private(FactKeys.P521Private);
        using var own = FactKeys.Private(FactKeys.P256Private);
        Assert.Equal(AttestationFault.Untrusted, Fault(answer, other));
        answer["tag"] = "AAAAAAAAAAAAAAAAAAAAAA";
        Assert.Equal(AttestationFault.Untrusted, Fault(answer, own));
    }

    [Theory]
    [InlineData("A128GCM", "RSA-OAEP-256")]
    [InlineData("A256GCM", "RSA-OAEP")]
    public void Weaker_algorithms_than_the_protocols_are_not_opened(string content, string algorithm)
    {
        using var rsa = RSA.Create(2048);
        using var jwk = Jwk.FromRsa(rsa.ExportParameters(true));
        var answer = Encoding.UTF8.GetBytes(Jwe.Encrypt(Resource, [new JweRecipient(jwk, algorithm)], content));
        Assert.Equal(AttestationFault.Malformed, Assert.Throws<AttestationException>(() => SealedResponse.Open(answer, new JwkUnwrapper(jwk))).Fault);
    }

    [Fact]
    public void A_resource_of_a_mebibyte_is_carried_and_a_longer_one_is_not()
    {
        var key = FactKeys.Public(FactKeys.P256);
        using var own = FactKeys.Private(FactKeys.P256Private);
        Assert.Equal(SealedResponse.MostPlaintextBytes, SealedResponse.Open(SealedResponse.Seal(new byte[SealedResponse.MostPlaintextBytes], key), new JwkUnwrapper(own)).Length);
        Assert.Throws<AttestationException>(() => SealedResponse.Seal(new byte[SealedResponse.MostPlaintextBytes + 1], key));
        Assert.Throws<AttestationException>(() => SealedResponse.Open(new byte[SealedResponse.MostBytes + 1], new JwkUnwrapper(own)));
    }

    private static AttestationFault Fault(JsonObject answer, Jwk key) =>
        Assert.Throws<AttestationException>(() => SealedResponse.Open(Encoding.UTF8.GetBytes(answer.ToJsonString()), new JwkUnwrapper(key))).Fault;

    private static string HeaderOf(byte[] answer, bool blankPoint)
    {
        var header = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(JsonNode.Parse(answer)!["protected"]!.GetValue<string>()));
        if (!blankPoint) return header;
        var epk = JsonNode.Parse(header)!["epk"]!;
        return header.Replace(epk["x"]!.GetValue<string>(), "?", StringComparison.Ordinal).Replace(epk["y"]!.GetValue<string>(), "?", StringComparison.Ordinal);
    }

    private static byte[] OpenByHand(byte[] answer, RSA rsa, RSAEncryptionPadding padding)
    {
        var json = JsonNode.Parse(answer)!;
        byte[] Part(string name) => Base64Url.DecodeFromChars(json[name]!.GetValue<string>());
        using var cipher = new AesGcm(rsa.Decrypt(Part("encrypted_key"), padding), 16);
        var plain = new byte[Part("ciphertext").Length];
        cipher.Decrypt(Part("iv"), Part("ciphertext"), Part("tag"), plain, Encoding.ASCII.GetBytes(json["protected"]!.GetValue<string>()));
        return plain;
    }
}
