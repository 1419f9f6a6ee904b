using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Coffer.Jose.Tests;

public sealed class JwkTests
{
    private const string Rfc7638 = """
        {"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}
        """;

    [Fact]
    public void Thumbprint_matches_rfc_7638()
    {
        using var key = Jwk.Parse(Rfc7638);
        Assert.Equal("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", key.Thumbprint());
        Assert.Equal(("RS256", "2011-04-29"), (key.Algorithm, key.KeyId));
        Assert.False(key.HasPrivateKey);
    }

    [Theory]
    [InlineData("rsa")]
    [InlineData("rsa3072")]
    [InlineData("P-256")]
    [InlineData("P-384")]
    [InlineData("P-521")]
    [InlineData("oct32")]
    public void Key_survives_its_own_json(string kind)
    {
        var key = TestKeys.Get(kind);
        using var again = Jwk.Parse(key.ToPrivateJson());
        Assert.Equal(key.ToPrivateJson(), again.ToPrivateJson());
        Assert.Equal(key.Thumbprint(), again.Thumbprint());
        Assert.True(again.HasPrivateKey);
        if (key.Type != JwkType.Symmetric)
        {
            using var half = Jwk.Parse(key.ToPublicJson());
            Assert.False(half.HasPrivateKey);
            Assert.Equal(key.Thumbprint(), half.Thumbprint());
        }
    }

    [Fact]
    public void What_the_key_says_of_itself_is_kept()
    {
        using var key = Jwk.Parse(With("P-256", json =>
        {
            json["alg"] = "ECDH-ES";
            json["kid"] = "ключ";
            json["use"] = "enc";
            json["key_ops"] = new JsonArray("deriveKey", "deriveBits");
            json["x5c"] = new JsonArray("ignored");
        }));
        using var again = Jwk.Parse(key.ToPrivateJson());
        Assert.Equal(("ECDH-ES", "ключ", "enc"), (again.Algorithm, again.KeyId, again.Use));
        Assert.Equal(["deriveKey", "deriveBits"], again.Operations);
    }

    [Theory]
    [InlineData("rsa")]
    [InlineData("P-256")]
    [InlineData("P-384")]
    [InlineData("P-521")]
    public void Every_der_form_gives_the_same_key(string kind)
    {
        var key = TestKeys.Get(kind);
        var forms = new List<(Jwk Key, bool Private)> { (Jwk.ImportSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo()), false) };
        if (key.Type == JwkType.Rsa)
        {
            using var rsa = key.ToRsa();
            forms.Add((Jwk.ImportPkcs8(rsa.ExportPkcs8PrivateKey()), true));
            forms.Add((Jwk.ImportPkcs1Private(rsa.ExportRSAPrivateKey()), true));
            forms.Add((Jwk.ImportPkcs1Public(rsa.ExportRSAPublicKey()), false));
        }
        else
        {
            using var ec = key.ToEcDsa();
            forms.Add((Jwk.ImportPkcs8(ec.ExportPkcs8PrivateKey()), true));
            forms.Add((Jwk.ImportSec1(ec.ExportECPrivateKey()), true));
        }

        foreach (var (imported, isPrivate) in forms)
        {
            Assert.Equal(isPrivate, imported.HasPrivateKey);
            Assert.Equal(isPrivate ? Encoding.UTF8.GetString(key.ToPrivateJson()) : key.ToPublicJson(), Encoding.UTF8.GetString(imported.ToPrivateJson()));
            imported.Dispose();
        }
    }

    [Fact]
    public void Der_with_something_behind_it_or_of_another_algorithm_is_refused()
    {
        byte[] longer = [.. TestKeys.Get("rsa").ExportSubjectPublicKeyInfo(), 0];
        Assert.Throws<JoseException>(() => Jwk.ImportSubjectPublicKeyInfo(longer));
        Assert.Throws<JoseException>(() => Jwk.ImportPkcs8(TestKeys.Get("rsa").ExportSubjectPublicKeyInfo()));
        Assert.Throws<JoseException>(() => Jwk.ImportSec1(new byte[] { 0x30, 0 }));
        Assert.Throws<JoseException>(() => Jwk.ImportPkcs1Private(Array.Empty<byte>()));
        var ed25519 = Convert.FromHexString("302A300506032B657003210019BF44096984CDFE8541BAC167DC3B96C85086AA30B6B6CB0C5C38AD703166E1");
        Assert.Contains("Ed25519", Assert.Throws<JoseException>(() => Jwk.ImportSubjectPublicKeyInfo(ed25519)).Message, StringComparison.Ordinal);
        using var small = RSA.Create(1024);
        Assert.Contains("1024 bits", Assert.Throws<JoseException>(() => Jwk.ImportPkcs8(small.ExportPkcs8PrivateKey())).Message, StringComparison.Ordinal);
        using var k1 = ECDsa.Create(ECCurve.CreateFromValue("1.3.132.0.10"));
        Assert.Throws<JoseException>(() => Jwk.ImportPkcs8(k1.ExportPkcs8PrivateKey()));
    }

    [Fact]
    public void Private_rsa_key_without_its_crt_numbers_is_completed()
    {
        using var key = Jwk.Parse(With("rsa", json =>
        {
            json.Remove("dp");
            json.Remove("dq");
            json.Remove("qi");
        }));
        Assert.Equal(TestKeys.Get("rsa").ToPrivateJson(), key.ToPrivateJson());
    }

    public static TheoryData<string, string> Inconsistent() => new()
    {
        { "rsa", "n" }, { "rsa", "d" }, { "rsa", "p" }, { "rsa", "q" }, { "P-256", "x" }, { "P-256", "y" }, { "P-384", "d" }, { "P-521", "d" },
    };

    /// <summary>Every number is swapped for that of another good key: each on its own is plausible.</summary>
    [Theory]
    [MemberData(nameof(Inconsistent))]
    public void Numbers_of_two_keys_do_not_make_one(string kind, string member)
    {
        var other = JsonNode.Parse(TestKeys.Get(kind + (kind == "rsa" ? "2" : "-2")).ToPrivateJson())!;
        var mixed = With(kind, json => json[member] = other[member]!.GetValue<string>());
        Assert.Throws<JoseException>(() => Jwk.Parse(mixed));
    }

    public static TheoryData<string> Refused()
    {
        return
        [
            "", "null", "[]", "\"\"", "{}", "{\"kty\":1}", "{\"kty\":\"oct\"}", "{\"kty\":\"oct\",\"k\":\"\"}", "{\"kty\":\"oct\",\"k\":\"A\"}",
            "{\"kty\":\"oct\",\"k\":\"AAB\"}", "{\"kty\":\"oct\",\"k\":\"AAA=\"}", "{\"kty\":\"oct\",\"k\":\"AA A\"}", "{\"kty\":\"oct\",\"k\":\"AA/+\"}",
            "{\"kty\":\"oct\",\"k\":\"AAAA\",\"k\":\"AAAA\"}", "{\"kty\":\"oct\",\"k\":\"AAAA\",\"\\u006b\":\"AAAA\"}", "{\"kty\":\"oct\",\"k\":\"AAAA\"} x",
            "{\"kty\":\"oct\",\"k\":\"AAAA\",\"kid\":7}", "{\"kty\":\"oct\",\"k\":\"AAAA\",\"kid\":\"\\ud800\"}", "{\"kty\":\"oct\",\"k\":\"AAAA\",\"key_ops\":\"sign\"}",
            "{\"kty\":\"oct\",\"k\":\"AAAA\",\"key_ops\":[\"sign\",\"sign\"]}", "{\"kty\":\"oct\",\"k\":\"AAAA\",\"x\":[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]}",
            "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}", "{\"keys\":[]}",
            "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"AAAA\",\"y\":\"AAAA\"}", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"AAAA\"}",
            With("P-256", json => json["crv"] = "P-384"),
            With("P-256", json => json["d"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            With("P-256", json => json["d"] = "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE"), // the order of the group
            With("rsa", json => json["e"] = "Ag"), With("rsa", json => json["e"] = "AQ"), With("rsa", json => json["e"] = ""),
            With("rsa", json => json["e"] = "AQEBAQEBAQEB"), With("rsa", json => json.Remove("d")), With("rsa", json => json.Remove("p")),
            With("rsa", json => json.Remove("dp")), With("rsa", json => json["oth"] = new JsonArray()), With("rsa", json => json["n"] = "AQAB"),
            "{\"kty\":\"oct\",\"k\":\"AAAA\",\"pad\":\"" + new string('x', 70_000) + "\"}",
        ];
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Bad_key_is_refused(string json) => Assert.Throws<JoseException>(() => Jwk.Parse(json));

    [Fact]
    public void Neither_text_form_nor_errors_show_the_secret()
    {
        foreach (var kind in (string[])["rsa", "P-256", "oct32"])
        {
            var json = JsonNode.Parse(TestKeys.Get(kind).ToPrivateJson())!;
            var secret = json[kind == "oct32" ? "k" : "d"]!.GetValue<string>();
            Assert.DoesNotContain(secret[..10], TestKeys.Get(kind).ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(secret[..10], new JweRecipient(TestKeys.Get(kind)).ToString(), StringComparison.Ordinal);
            var broken = json.ToJsonString().Replace(secret, secret + "*", StringComparison.Ordinal);
            Assert.DoesNotContain(secret[..10], Assert.Throws<JoseException>(() => Jwk.Parse(broken)).ToString(), StringComparison.Ordinal);
            broken = json.ToJsonString().Replace(secret + "\"", secret, StringComparison.Ordinal);
            Assert.DoesNotContain(secret[..10], Assert.Throws<JoseException>(() => Jwk.Parse(broken)).ToString(), StringComparison.Ordinal);
        }

        Assert.Throws<JoseException>(() => TestKeys.Get("oct32").ToPublicJson());
        Assert.DoesNotContain("\"d\"", TestKeys.Get("P-256").ToPublicJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void Disposed_key_holds_only_zeros_and_is_unusable()
    {
        var rsa = TestKeys.Get("rsa").WithNames(null, null);
        var ec = TestKeys.Get("P-256").WithNames(null, null);
        var oct = TestKeys.Get("oct32").WithNames(null, null);
        rsa.Dispose();
        ec.Dispose();
        oct.Dispose();
        Assert.All(rsa.Rsa!.Parameters.D!, b => Assert.Equal(0, b));
        Assert.All(rsa.Rsa.Parameters.P!, b => Assert.Equal(0, b));
        Assert.All(ec.Ec!.D!, b => Assert.Equal(0, b));
        Assert.All(oct.Octets!.Value, b => Assert.Equal(0, b));
        Assert.Throws<ObjectDisposedException>(() => rsa.ToRsa());
        Assert.Throws<ObjectDisposedException>(() => ec.ToEcDsa());
        Assert.Throws<ObjectDisposedException>(() => oct.ExportSymmetric());
        using var still = TestKeys.Get("rsa").ToRsa();
        Assert.NotEmpty(still.ExportPkcs8PrivateKey());
    }

    private static string With(string kind, Action<JsonObject> change)
    {
        var json = JsonNode.Parse(TestKeys.Get(kind).ToPrivateJson())!.AsObject();
        change(json);
        return json.ToJsonString();
    }
}
