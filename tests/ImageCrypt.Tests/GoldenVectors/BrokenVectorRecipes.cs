using System.Text;
using System.Text.Json.Nodes;

namespace Coffer.ImageCrypt.Tests.GoldenVectors;

/// <summary>Every vector that must not decrypt, or only with a warning.</summary>
internal static class BrokenVectorRecipes
{
    private const string AnyText = "bm90IGEgcGFja2V0"; // base64 of what is no packet of any scheme

    public static IEnumerable<VectorRecipe> All => [.. Blobs(), .. Keys(), .. Packets(), .. Options()];

    private static IEnumerable<VectorRecipe> Blobs()
    {
        yield return new("mac-blob-bit", "mac-failure", "one bit of the ciphertext, and the digests to go with it") { After = d => d.Store(Flip(d.Blob, d.Blob.Length / 2)) };
        yield return new("mac-blob-cut", "mac-failure", "ciphertext that lost its last byte, honestly described") { After = d => d.Store(d.Blob[..^1]) };
        yield return new("mac-blob-emptied", "mac-failure", "ciphertext of no bytes, honestly described") { After = d => d.Store([]) };
        yield return new("mac-annotation-bit", "mac-failure", "one bit of the MAC")
        {
            Before = d =>
            {
                var options = JsonNode.Parse(d.PublicJson)!;
                options["hmac"] = Convert.ToBase64String(Flip(Convert.FromBase64String(options["hmac"]!.GetValue<string>()), 31));
                d.PublicJson = options.ToJsonString();
            },
        };
        yield return new("mac-other-nonce-key", "mac-failure", "private options with another key") { Before = d => Replace(d, d.Key.Key, Flip(d.Key.Key.ToArray(), 0)) };
        yield return new("blob-truncated", "truncated", "fewer bytes than the descriptor says") { After = d => d.Blob = d.Blob[..^10] };
        yield return new("blob-gone", "truncated", "no bytes at all") { After = d => d.Blob = [] };
        yield return new("blob-oversized", "oversized", "more bytes than the descriptor says") { After = d => d.Blob = [.. d.Blob, 0] };
        yield return new("blob-altered", "blob-mismatch", "one bit, under the old digest") { After = d => d.Blob = Flip(d.Blob, 0) };
        yield return new("digest-of-other-content", "digest-mismatch", "private options that promise other plaintext")
        {
            Before = d => d.PrivateJson = d.PrivateJson.Replace(Oci.Digest.Of(d.Payload).Hex, Oci.Digest.Of([]).Hex, StringComparison.Ordinal),
        };
        yield return new("digest-left-out", "digest-missing", "private options without a digest, which nothing in the format checks")
        {
            Before = d => d.PrivateJson = d.PrivateJson.Replace($"\"digest\":\"{Oci.Digest.Of(d.Payload)}\",", "", StringComparison.Ordinal),
        };
    }

    private static IEnumerable<VectorRecipe> Keys()
    {
        yield return new("key-stranger", "no-key", "an EC key for a JWE to an RSA key") { Identities = ["throwaway-stranger.pem"] };
        yield return new("key-same-kind", "no-key", "an RSA key for a JWE to another RSA key") { Identities = ["throwaway-rsa3072.pem"] };
        yield return new("key-same-curve", "no-key", "an EC key for a JWE to another of the curve") { Identities = ["throwaway-stranger.pem"], Recipients = ["jwe:throwaway-p256.pub.pem"] };
        yield return new("key-pkcs7-stranger", "no-key", "another RSA key for a PKCS#7 packet") { Identities = ["throwaway-rsa3072.pem"], Recipients = ["pkcs7:throwaway-rsa.crt"] };
        yield return new("key-pgp-stranger", "no-key", "another keyring for an OpenPGP packet") { Identities = ["throwaway-pgp-cv25519.sec.asc"], Recipients = ["pgp:throwaway-pgp-rsa.pub.asc"] };
        yield return new("key-other-scheme", "no-key", "a private key for an OpenPGP packet") { Recipients = ["pgp:throwaway-pgp-rsa.pub.asc"] };
        yield return new("key-other-provider", "no-key", "a packet of a provider that was not named") { Identities = ["throwaway-rsa.pem"], Recipients = ["provider:vector"] };
        yield return new("key-jwe-pbes2", "no-key", "a JWE under a password with two thousand million rounds, which nobody begins")
        {
            Packet = p => Header(p, h => { h["alg"] = "PBES2-HS256+A128KW"; h["p2c"] = 2_000_000_000; h["p2s"] = "AAAAAAAAAAA"; }),
        };
        yield return new("key-jwe-other-alg", "no-key", "a JWE whose alg is not what the key is for") { Packet = p => Header(p, h => h["alg"] = "A256KW") };
        yield return new("key-wrong-password", "wrong-password", "the key file's password is another") { Identities = ["throwaway-rsa-protected.pem:other"] };
        yield return new("recipients-gone", "no-recipient", "no recipient annotation") { After = d => d.Annotations.Remove(EncAnnotations.Jwe) };
        yield return new("recipients-empty", "no-recipient", "a recipient annotation that lists nothing") { After = d => d.Annotations[EncAnnotations.Jwe] = "," };
        yield return new("scheme-unknown", "unknown-scheme", "recipients only under a scheme that nobody knows")
        {
            After = d =>
            {
                d.Annotations[EncAnnotations.KeysPrefix + "later"] = d.Annotations[EncAnnotations.Jwe];
                d.Annotations.Remove(EncAnnotations.Jwe);
            },
        };
    }

    private static IEnumerable<VectorRecipe> Packets()
    {
        foreach (var scheme in (string[])["jwe", "pkcs7", "pgp", "pkcs11"])
        {
            yield return new($"packet-{scheme}-garbage", "damaged-packet", $"a {scheme} packet that is none") { Recipients = [$"{scheme}:{Key(scheme)}"], After = d => d.Annotations[EncAnnotations.KeysPrefix + scheme] = AnyText };
        }
        yield return new("packet-not-base64", "damaged-packet", "a packet that is not base64") { After = d => d.Annotations[EncAnnotations.Jwe] = "%%%" };
        yield return new("packet-jwe-cut", "damaged-packet", "a JWE that ends early") { Packet = p => p[..^20] };
        yield return new("packet-jwe-zip", "damaged-packet", "a JWE with zip, which could grow without end") { Packet = p => Header(p, h => h["zip"] = "DEF") };
        yield return new("packet-jwe-crit", "damaged-packet", "a JWE with a critical member that nobody knows") { Packet = p => Header(p, h => { h["crit"] = new JsonArray("later"); h["later"] = true; }) };
        foreach (var member in (string[])["tag", "ciphertext"])
        {
            var altered = new VectorRecipe($"packet-jwe-{member}", "damaged-packet", $"a JWE whose {member} was altered: its wrapped key says that the key is right") { Packet = p => Member(p, member, Turn) };
            yield return altered with { Identities = ["throwaway-p256.pem"], Recipients = ["jwe:throwaway-p256.pub.pem"] };
            yield return altered with { Name = $"key-jwe-rsa-{member}", Expect = "no-key", Comment = $"a JWE whose {member} was altered, under RSA-OAEP: it looks like a wrong key on purpose, since telling the two apart would help a forger" };
        }
        yield return new("packet-pgp-ciphertext", "damaged-packet", "an OpenPGP message whose last bytes, the MDC, were altered")
        {
            Identities = ["throwaway-pgp-rsa.sec.asc"], Recipients = ["pgp:throwaway-pgp-rsa.pub.asc"], Packet = p => Flip(p, p.Length - 1),
        };
        var tag = new VectorRecipe("packet-pkcs7-tag", "damaged-packet", "a PKCS#7 packet whose tag was altered; the certificate says whose it is")
        {
            Identities = ["throwaway-rsa.pem", "throwaway-rsa.crt"], Recipients = ["pkcs7:throwaway-rsa.crt"], Packet = p => Flip(p, p.Length - 1),
        };
        yield return tag;
        yield return tag with { Name = "key-pkcs7-tag", Expect = "no-key", Comment = "a PKCS#7 packet whose tag was altered, without the certificate: it looks like a wrong key", Identities = ["throwaway-rsa.pem"] };
    }

    private static IEnumerable<VectorRecipe> Options()
    {
        yield return Public("gone", "no public options", d => d.Annotations.Remove(EncAnnotations.PublicOptions));
        yield return Public("not-base64", "public options that are not base64", d => d.Annotations[EncAnnotations.PublicOptions] = "{}");
        yield return Public("not-json", "public options that are not JSON", d => d.Annotations[EncAnnotations.PublicOptions] = AnyText);
        yield return Public("no-mac", "public options without a MAC", d => Change(d, o => o.Remove("hmac")));
        yield return Public("short-mac", "a MAC of 31 bytes", d => Change(d, o => o["hmac"] = Convert.ToBase64String(new byte[31])));
        yield return Public("no-cipher", "public options that name no cipher", d => Change(d, o => o.Remove("cipher")));
        yield return Public("twice", "public options that name a member twice", d => Store(d, d.PublicJson.Replace("{\"cipher\"", "{\"Cipher\":\"\",\"cipher\"", StringComparison.Ordinal)));
        yield return Public("nonce", "a nonce where nothing authenticates it", d => Change(d, o => o["cipheroptions"]!["nonce"] = Convert.ToBase64String(new byte[16]))) with { Expect = "public-nonce" };
        yield return Public("nonce-same", "the right nonce where nothing authenticates it", d => Change(d, o => o["cipheroptions"]!["nonce"] = Convert.ToBase64String(d.Key.Nonce))) with { Expect = "public-nonce" };
        yield return Public("cipher", "a cipher that nobody knows", d => Change(d, o => o["cipher"] = "AES_256_GCM_SIV")) with { Expect = "unknown-cipher" };
        yield return Private("not-json", "private options that are not JSON", d => d.PrivateJson = "not JSON");
        yield return Private("no-key", "private options without a key", d => d.PrivateJson = d.PrivateJson.Replace("symkey", "other", StringComparison.Ordinal));
        yield return Private("short-key", "a key of 31 bytes", d => Replace(d, d.Key.Key, new byte[31]));
        yield return Private("no-nonce", "private options without a nonce", d => d.PrivateJson = d.PrivateJson.Replace("nonce", "other", StringComparison.Ordinal));
        yield return Private("short-nonce", "a nonce of 12 bytes", d => Replace(d, d.Key.Nonce, new byte[12]));
        yield return Private("bad-digest", "a digest that is none", d => d.PrivateJson = d.PrivateJson.Replace("sha256:", "md5:", StringComparison.Ordinal));
    }

    private static VectorRecipe Public(string name, string comment, Action<VectorDraft> after) => new("public-" + name, "malformed-annotation", comment) { After = after };

    private static VectorRecipe Private(string name, string comment, Action<VectorDraft> before) => new("private-" + name, "malformed-key", comment) { Before = before };

    private static string Key(string scheme) => scheme switch { "pkcs7" => "throwaway-rsa.crt", "pgp" => "throwaway-pgp-rsa.pub.asc", _ => "throwaway-rsa.pub.pem" };

    private static void Replace(VectorDraft draft, ReadOnlySpan<byte> old, ReadOnlySpan<byte> by) =>
        draft.PrivateJson = draft.PrivateJson.Replace(Convert.ToBase64String(old), Convert.ToBase64String(by), StringComparison.Ordinal);

    private static void Change(VectorDraft draft, Action<JsonObject> change)
    {
        var options = JsonNode.Parse(draft.PublicJson)!.AsObject();
        change(options);
        Store(draft, options.ToJsonString());
    }

    private static void Store(VectorDraft draft, string json) => draft.Annotations[EncAnnotations.PublicOptions] = Convert.ToBase64String(Encoding.UTF8.GetBytes(json));

    // The protected header is authenticated too, but what is refused here is refused before that.
    private static byte[] Header(byte[] packet, Action<JsonObject> change) => Member(packet, "protected", text =>
    {
        var header = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(text))!.AsObject();
        change(header);
        return System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header.ToJsonString()));
    });

    private static byte[] Member(byte[] packet, string name, Func<string, string> change)
    {
        var jwe = JsonNode.Parse(packet)!;
        jwe[name] = change(jwe[name]!.GetValue<string>());
        return Encoding.UTF8.GetBytes(jwe.ToJsonString());
    }

    private static string Turn(string base64Url) => (base64Url[0] == 'A' ? 'B' : 'A') + base64Url[1..];

    private static byte[] Flip(byte[] bytes, int at)
    {
        var flipped = (byte[])bytes.Clone();
        flipped[at] ^= 1;
        return flipped;
    }
}
