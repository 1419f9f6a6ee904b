using System.Text;
using Coffer.ImageCrypt.Cipher;
using Coffer.Oci;
using Coffer.Support;
using CsCheck;

namespace Coffer.ImageCrypt.Tests.Cipher;

public sealed class OptionsTests
{
    private const string Mac = "DjEgRscs+quQq1jXvZxaMKd0DSb89aBsva/COtMYRGU=";
    private const string Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private const string Nonce = "8PHy8/T19vf4+fr7/P3+/w==";

    [Theory]
    [InlineData($$$"""{"cipher":"AES_256_CTR_HMAC_SHA256","hmac":"{{{Mac}}}","cipheroptions":{}}""")]
    [InlineData($$$"""{"cipheroptions":null,"HMAC":"{{{Mac}}}","Cipher":"AES_256_CTR_HMAC_SHA256","later":[1]}""")]
    [InlineData($$$"""{"cipher":"AES_256_CTR_HMAC_SHA256","hmac":"{{{Mac}}}"}""")]
    public void What_any_writer_writes_is_read(string json) =>
        Assert.Equal(Mac, Convert.ToBase64String(PublicOptions.Read(Encode(json)).Mac));

    [Theory]
    [InlineData(null, "missing")]
    [InlineData("!!!", "not base64")]
    [InlineData("bm8=", "not JSON")]
    public void Unreadable_annotation_is_an_integrity_failure(string? annotation, string message)
    {
        var error = Assert.Throws<MalformedLayerException>(() => PublicOptions.Read(annotation));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitStatus.Integrity, error.ExitStatus);
    }

    [Theory]
    [InlineData("{}", "no cipher")]
    [InlineData("""{"cipher":"AES_256_CTR_HMAC_SHA256"}""", "lack 'hmac'")]
    [InlineData("""{"cipher":"AES_256_CTR_HMAC_SHA256","hmac":"AAAA"}""", "3 bytes")]
    [InlineData("""{"cipher":"AES_256_CTR_HMAC_SHA256","hmac":"\ud800"}""", "not base64")]
    [InlineData("""{"cipher":"AES_256_CTR_HMAC_SHA256","hmac":"AAAA","HMAC":"AAAA"}""", "twice")]
    [InlineData($$$"""{"cipher":"AES_256_CTR_HMAC_SHA256","hmac":"{{{Mac}}}","cipheroptions":{"nonce":"{{{Nonce}}}"}}""", "nonce")]
    [InlineData($$$"""{"cipher":"AES_256_CTR_HMAC_SHA256","hmac":"{{{Mac}}}","cipheroptions":{"Nonce":"{{{Nonce}}}"}}""", "nonce")]
    public void Bad_public_options_are_refused(string json, string message) =>
        Assert.Contains(message, Assert.Throws<MalformedLayerException>(() => PublicOptions.Read(Encode(json))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("aes_256_ctr_hmac_sha256")]
    [InlineData("AES_256_GCM")]
    public void Unknown_cipher_is_named(string cipher) =>
        Assert.Contains(cipher, Assert.Throws<UnknownCipherException>(() => PublicOptions.Read(Encode($$"""{"cipher":"{{cipher}}","hmac":"{{Mac}}"}"""))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{}", "symkey")]
    [InlineData($$$"""{"symkey":"{{{Nonce}}}","cipheroptions":{"nonce":"{{{Nonce}}}"}}""", "key of 16 bytes")]
    [InlineData($$$"""{"symkey":"{{{Key}}}","cipheroptions":{"nonce":"AAAA"}}""", "nonce of 3 bytes")]
    [InlineData($$$"""{"symkey":"{{{Key}}}","cipheroptions":{}}""", "lack a nonce")]
    [InlineData($$$"""{"symkey":"{{{Key}}}","digest":"md5:1","cipheroptions":{"nonce":"{{{Nonce}}}"}}""", "digest")]
    public void Bad_private_options_are_refused_without_printing_the_key(string json, string message)
    {
        var error = Assert.Throws<MalformedLayerException>(() => PrivateOptions.Read(Encoding.UTF8.GetBytes(json)));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_digest_is_tolerated_as_other_readers_do()
    {
        using var key = PrivateOptions.Read(Encoding.UTF8.GetBytes($$$"""{"SymKey":"{{{Key}}}","digest":null,"cipheroptions":{"nonce":"{{{Nonce}}}"}}"""));

        Assert.Null(key.PlainDigest);
    }

    [Fact]
    public void Any_bytes_are_read_or_refused() =>
        Gen.Select(Gen.Int[0, 250], Gen.Byte).Array[1, 5].Sample(
            edits =>
            {
                var text = Encoding.UTF8.GetBytes($$$"""{"symkey":"{{{Key}}}","digest":"","cipher":"AES_256_CTR_HMAC_SHA256","hmac":"{{{Mac}}}","cipheroptions":{"nonce":"{{{Nonce}}}"}}""");
                foreach (var (at, value) in edits) text[at % text.Length] = value;
                Try(() => PrivateOptions.Read(text).Dispose());
                Try(() => PublicOptions.Read(Convert.ToBase64String(text)));
            },
            iter: Fuzzing.IsSoak ? -1 : 20_000,
            time: Fuzzing.IsSoak ? Fuzzing.SoakSeconds : -1);

    private static void Try(Action read)
    {
        try
        {
            read();
        }
        catch (CofferException)
        {
        }
    }

    private static string Encode(string json) => Convert.ToBase64String(Encoding.UTF8.GetBytes(json));
}
