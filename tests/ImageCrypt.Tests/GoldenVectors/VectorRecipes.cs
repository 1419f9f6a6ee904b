using System.Text;
using System.Text.Json.Nodes;

namespace Coffer.ImageCrypt.Tests.GoldenVectors;

/// <summary>Every vector that decrypts. <see cref="BrokenVectorRecipes"/> has those that do not.</summary>
internal static class VectorRecipes
{
    public static IEnumerable<VectorRecipe> All => [.. Jwe(), .. OtherSchemes(), .. OtherWriters(), .. BrokenVectorRecipes.All];

    private static IEnumerable<VectorRecipe> Jwe()
    {
        yield return Success("jwe-rsa-oaep", "flattened JWE, RSA-OAEP");
        yield return Success("jwe-rsa-oaep-256", "flattened JWE, RSA-OAEP-256 because the JWK asks for it") with { Recipients = ["jwe:throwaway-rsa-oaep-256.jwk"] };
        yield return Success("jwe-rsa-certificate", "the recipient is a certificate") with { Recipients = ["jwe:throwaway-rsa.crt"] };
        yield return Success("jwe-rsa-protected-key", "the private key is under a password") with { Identities = ["throwaway-rsa-protected.pem:" + VectorKeys.Password] };
        foreach (var curve in (string[])["p256", "p384", "p521"])
        {
            yield return Success($"jwe-ecdh-{curve}", "flattened JWE, ECDH-ES+A256KW") with { Identities = [$"throwaway-{curve}.pem"], Recipients = [$"jwe:throwaway-{curve}.pub.pem"] };
        }
        yield return Success("jwe-oct-a256kw", "flattened JWE, A256KW") with { Identities = ["throwaway-oct.jwk"], Recipients = ["jwe:throwaway-oct.jwk"] };
        var two = Success("jwe-two-recipients", "general JWE, opened by its second recipient") with
        {
            Identities = ["throwaway-p384.pem"], Recipients = ["jwe:throwaway-rsa.pub.pem", "jwe:throwaway-p384.pub.pem"],
        };
        yield return two;
        yield return two with
        {
            Name = "jwe-redundant-member", Packet = WithRedundantMember,
            Comment = "general JWE that repeats the first encrypted_key at its top, as Go's writers have it and RFC 7516 does not",
        };
        yield return two with { Name = "jwe-key-tried-after-stranger", Comment = "of two keys given the second fits", Identities = ["throwaway-stranger.pem", "throwaway-p384.pem"] };
        yield return Success("jwe-zstd", "a zstd layer") with { Payload = VectorPayload.Zstd };
        yield return Success("jwe-tar", "an uncompressed layer") with { Payload = VectorPayload.Tar };
        yield return Success("jwe-empty-blob", "a blob of no bytes: nothing but the MAC says that this is right") with { Payload = VectorPayload.Empty };
    }

    private static IEnumerable<VectorRecipe> OtherSchemes()
    {
        var pkcs7 = Success("pkcs7-primitive-content", "PKCS#7, the encrypted content as a primitive [0]") with { Recipients = ["pkcs7:throwaway-rsa.crt"] };
        yield return pkcs7;
        yield return pkcs7 with { Name = "pkcs7-constructed-content", Comment = "PKCS#7, the encrypted content as an octet string within a constructed [0], as older writers have it", Packet = DerEdits.ConstructContent };
        foreach (var kind in (string[])["rsa", "cv25519"])
        {
            yield return Success($"pgp-{kind}", "OpenPGP, session key version 3") with { Identities = [$"throwaway-pgp-{kind}.sec.asc"], Recipients = [$"pgp:throwaway-pgp-{kind}.pub.asc"] };
        }
        yield return Success("pkcs11-sha1", "PKCS#11, OAEP with SHA-1; the key is opened in a token") with { Identities = ["token:throwaway-rsa.pem"], Recipients = ["pkcs11:throwaway-rsa.pub.pem"] };
        yield return Success("pkcs11-sha256", "PKCS#11, OAEP with SHA-256; the key is opened in a token") with
        {
            OaepHash = "sha256", Identities = ["token:throwaway-rsa3072.pem"], Recipients = ["pkcs11:throwaway-rsa3072.pub.pem"],
        };
        yield return Success("provider-command", "a packet of a key provider that is a program") with { Identities = ["provider:vector"], Recipients = ["provider:vector"] };
        yield return Success("three-schemes", "JWE and PKCS#7 for others, OpenPGP for us") with
        {
            Identities = ["throwaway-pgp-rsa.sec.asc"], Recipients = ["jwe:throwaway-stranger.pub.pem", "pkcs7:throwaway-rsa.crt", "pgp:throwaway-pgp-rsa.pub.asc"],
        };
    }

    private static IEnumerable<VectorRecipe> OtherWriters()
    {
        yield return Success("options-rust-order", "members of both options in the order of ocicrypt-rs") with
        {
            Before = d => (d.PrivateJson, d.PublicJson) = (Reorder(d.PrivateJson, "symkey", "cipheroptions", "digest"), Reorder(d.PublicJson, "cipher", "cipheroptions", "hmac")),
        };
        yield return Success("options-other-case", "member names in another case and unknown members, which Go's readers take") with
        {
            Before = d => (d.PrivateJson, d.PublicJson) = (
                d.PrivateJson.Replace("symkey", "SymKey", StringComparison.Ordinal).Replace("{\"nonce\"", "{\"later\":\"AA==\",\"Nonce\"", StringComparison.Ordinal),
                d.PublicJson.Replace("\"hmac\"", "\"later\":[1],\"HMAC\"", StringComparison.Ordinal)),
        };
        yield return Success("options-null-cipheroptions", "public cipheroptions that are null") with { Before = d => d.PublicJson = d.PublicJson.Replace("{}", "null", StringComparison.Ordinal) };
        yield return Success("packet-after-damaged-one", "the first of two packets is damaged, the second opens") with
        {
            After = d => d.Annotations[EncAnnotations.Jwe] = "%%%," + d.Annotations[EncAnnotations.Jwe],
        };
        yield return Success("packet-list-with-gaps", "empty items in the list of packets") with { After = d => d.Annotations[EncAnnotations.Jwe] = $",{d.Annotations[EncAnnotations.Jwe]},," };
        yield return Success("packet-beside-unknown-scheme", "another recipient under a scheme that nobody knows") with { After = d => d.Annotations[EncAnnotations.KeysPrefix + "later"] = "AAAA" };
    }

    private static VectorRecipe Success(string name, string comment) => new(name, VectorOutcome.Success, comment);

    private static string Reorder(string json, params string[] names)
    {
        var from = JsonNode.Parse(json)!.AsObject();
        var to = new JsonObject();
        foreach (var name in names) to[name] = from[name]!.DeepClone();
        return to.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    private static byte[] WithRedundantMember(byte[] packet)
    {
        var jwe = JsonNode.Parse(packet)!.AsObject();
        jwe["encrypted_key"] = jwe["recipients"]![0]!["encrypted_key"]!.DeepClone();
        return Encoding.UTF8.GetBytes(jwe.ToJsonString());
    }
}
