using System.Text;
using System.Text.Json.Nodes;
using Coffer.Support;

namespace Coffer.Jose.Tests;

/// <summary>Both directions against Debian's python3-jwcrypto and against the `jose` program of the package jose.</summary>
public sealed class JosePeerTests
{
    private const string Content = """{"symkey":"bm90IGEga2V5"}""";

    private static readonly string[] ContentAlgorithms = ["A128GCM", "A192GCM", "A256GCM", "A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512"];

    public static TheoryData<string, string> KeyAlgorithms() => new()
    {
        { "RSA-OAEP", "rsa" }, { "RSA-OAEP-256", "rsa3072" },
        { "ECDH-ES", "P-256" }, { "ECDH-ES", "P-521" }, { "ECDH-ES+A128KW", "P-256" }, { "ECDH-ES+A192KW", "P-384" }, { "ECDH-ES+A256KW", "P-521" },
        { "A128KW", "oct16" }, { "A192KW", "oct24" }, { "A256KW", "oct32" },
    };

    [Theory]
    [MemberData(nameof(KeyAlgorithms))]
    public async Task Jwcrypto_opens_what_we_write(string alg, string kind)
    {
        var requests = Enum.GetValues<JweSerialization>().Select(form => Decrypt(
            kind, Jwe.Encrypt(Encoding.UTF8.GetBytes(Content), [new(TestKeys.Public(kind), alg)], ContentAlgorithms[(int)form], form)));
        var answers = await Python(requests);
        Assert.Equal(3, answers.Length);
        Assert.All(answers, answer => Assert.Equal(Content, answer));
    }

    [Theory]
    [MemberData(nameof(KeyAlgorithms))]
    public async Task We_open_what_jwcrypto_writes(string alg, string kind)
    {
        var answers = await Python(
            from enc in ContentAlgorithms
            from compact in (bool[])[true, false]
            select new JsonObject
            {
                ["verb"] = "encrypt",
                ["keys"] = Keys(kind),
                ["content"] = Content,
                ["compact"] = compact,
                ["protected"] = new JsonObject { ["alg"] = alg, ["enc"] = enc },
            });
        Assert.Equal(12, answers.Length);
        Assert.All(answers, text => Assert.Equal(Content, Vectors.Utf8(Jwe.Parse(text).Decrypt(TestKeys.Get(kind)))));
    }

    [Fact]
    public async Task Several_recipients_with_additional_data_open_both_ways()
    {
        string[] kinds = ["rsa", "P-384", "oct32"];
        var ours = Jwe.Encrypt(Encoding.UTF8.GetBytes(Content), [.. kinds.Select(k => new JweRecipient(TestKeys.Public(k)))], additionalData: "aad"u8);
        var theirs = new JsonObject
        {
            ["verb"] = "encrypt",
            ["keys"] = Keys(kinds),
            ["content"] = Content,
            ["compact"] = false,
            ["aad"] = "aad",
            ["protected"] = new JsonObject { ["enc"] = "A256GCM" },
            ["headers"] = new JsonArray([.. ((string[])["RSA-OAEP", "ECDH-ES+A256KW", "A256KW"]).Select(a => new JsonObject { ["alg"] = a })]),
        };
        var answers = await Python([theirs, .. kinds.Select(kind => Decrypt(kind, ours))]);
        Assert.Equal([Content, Content, Content], answers[1..]);
        Assert.Equal(3, Jwe.Parse(answers[0]).Recipients.Count);
        Assert.All(kinds, kind => Assert.Equal(Content, Vectors.Utf8(Jwe.Parse(answers[0]).Decrypt(TestKeys.Get(kind)))));
    }

    [Theory]
    [InlineData("ES256", "P-256")]
    [InlineData("ES384", "P-384")]
    [InlineData("ES512", "P-521")]
    [InlineData("RS256", "rsa")]
    [InlineData("RS384", "rsa")]
    [InlineData("RS512", "rsa")]
    [InlineData("PS256", "rsa3072")]
    public async Task Signatures_hold_both_ways(string alg, string kind)
    {
        var ours = Jws.Sign(Encoding.UTF8.GetBytes(Content), [new JwkSigner(TestKeys.Get(kind), alg)]);
        var signing = ((bool[])[true, false]).Select(compact => new JsonObject
        {
            ["verb"] = "sign",
            ["keys"] = Keys(kind),
            ["content"] = Content,
            ["compact"] = compact,
            ["protected"] = new JsonObject { ["alg"] = alg },
        });
        var answers = await Python([new JsonObject { ["verb"] = "verify", ["keys"] = PublicKeys(kind), ["text"] = ours }, .. signing]);
        Assert.Equal(Content, answers[0]);
        Assert.Equal(3, answers.Length);
        Assert.All(answers[1..], theirs =>
            Assert.Equal(Content, Vectors.Utf8(Jws.Parse(theirs).Verify(new JwkVerifier(TestKeys.Public(kind), alg)).Payload.ToArray())));
    }

    [Theory]
    [InlineData("P-256")]
    [InlineData("P-384")]
    [InlineData("P-521")]
    public async Task Jose_program_opens_ours_and_we_open_its(string kind)
    {
        using var folder = new TempDirectory();
        var privateKey = folder.Write("key.jwk", TestKeys.Get(kind).ToPrivateJson());
        var publicKey = folder.Write("pub.jwk", TestKeys.Public(kind).ToPublicJson());
        var content = folder.Write("content", Content);
        foreach (var form in Enum.GetValues<JweSerialization>())
        {
            var ours = folder.Write("ours", Jwe.Encrypt(Encoding.UTF8.GetBytes(Content), [new(TestKeys.Public(kind))], serialization: form));
            Assert.Equal(Content, (await Peers.RunAsync("jose", "jwe", "dec", "-i", ours, "-k", privateKey)).ShouldSucceed().Output);
        }

        foreach (var alg in (string[])["ECDH-ES", "ECDH-ES+A256KW"])
        {
            var header = """{"protected":{"alg":"ALG","enc":"A256GCM"}}""".Replace("ALG", alg, StringComparison.Ordinal);
            var theirs = (await Peers.RunAsync("jose", "jwe", "enc", "-i", header, "-I", content, "-k", publicKey)).ShouldSucceed().Output;
            Assert.Equal(Content, Vectors.Utf8(Jwe.Parse(theirs).Decrypt(TestKeys.Get(kind))));
        }
    }

    [Theory]
    [InlineData("rsa")]
    [InlineData("P-256")]
    [InlineData("P-521")]
    [InlineData("oct32")]
    public async Task Thumbprints_agree(string kind)
    {
        using var folder = new TempDirectory();
        var key = folder.Write("key.jwk", TestKeys.Get(kind).ToPrivateJson());
        Assert.Equal(TestKeys.Get(kind).Thumbprint(), (await Peers.RunAsync("jose", "jwk", "thp", "-a", "S256", "-i", key)).ShouldSucceed().Output.Trim());
        Assert.Equal(TestKeys.Get(kind).Thumbprint(), (await Python([new JsonObject { ["verb"] = "thumbprint", ["keys"] = Keys(kind) }]))[0]);
    }

    private static JsonArray Keys(params string[] kinds) => [.. kinds.Select(k => JsonNode.Parse(TestKeys.Get(k).ToPrivateJson()))];

    private static JsonArray PublicKeys(string kind) => [JsonNode.Parse(TestKeys.Public(kind).ToPublicJson())];

    private static JsonObject Decrypt(string kind, string text) => new() { ["verb"] = "decrypt", ["keys"] = Keys(kind), ["text"] = text };

    private static async Task<string[]> Python(IEnumerable<JsonObject> requests)
    {
        // Debian's own interpreter: another one on PATH does not see Debian's modules.
        const string interpreter = "/usr/bin/python3";
        const string module = "/usr/lib/python3/dist-packages/jwcrypto";
        Missing.Require(File.Exists(interpreter) && Directory.Exists(module) ? module : null, "the peer 'python3-jwcrypto'", "run scripts/install-peers");
        var script = RepositoryRoot.Combine("tests", "Jose.Tests", "testdata", "jwcrypto-peer.py");
        var options = new ToolOptions { Input = Encoding.UTF8.GetBytes(new JsonArray([.. requests]).ToJsonString()) };
        var output = (await Tool.RunAsync(interpreter, ["-I", script], options)).ShouldSucceed().Output;
        return [.. JsonNode.Parse(output)!.AsArray().Select(answer => answer!.GetValue<string>())];
    }
}
