using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.Jose;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Access;

/// <summary>Tokens of an OpenID Connect issuer: which are taken, and for what.</summary>
public sealed class JwtTests : IAsyncLifetime
{
    private IssuerFixture _fixture = null!;

    public async ValueTask InitializeAsync() => _fixture = await IssuerFixture.StartAsync();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Roles_come_from_claims_and_the_audit_names_the_subject()
    {
        var token = _fixture.Issuer.Sign(_fixture.Claims("staff", "team-a"));
        var put = (await SendAsync("PUT", "resources/team-a/a/b", token)).ShouldBe(200);
        (await SendAsync("PUT", "resources/team-b/a/b", token)).ShouldBe(403);
        Assert.Equal("jwt:ops:alice", Assert.Single(_fixture.Broker.Audit.Entries, e => e.RequestId == put.RequestId).Actor);

        var admin = _fixture.Claims();
        admin["realm_access"] = new JsonObject { ["roles"] = new JsonArray("offline_access", "coffer-admin") };
        (await SendAsync("GET", "tokens", _fixture.Issuer.Sign(admin))).ShouldBe(200);
    }

    [Fact]
    public async Task Whoever_has_no_role_is_known_and_may_do_nothing()
    {
        var denied = (await SendAsync("GET", "status", _fixture.Issuer.Sign(_fixture.Claims("staff")))).ShouldBe(403);
        Assert.Equal("jwt:ops:alice", Assert.Single(_fixture.Broker.Audit.Entries, e => e.RequestId == denied.RequestId).Actor);
    }

    [Theory]
    [InlineData("iss", "\"https://elsewhere.example\"", "issuer")]
    [InlineData("aud", "\"other\"", "aud")]
    [InlineData("aud", "[\"other\",\"coffer2\"]", "aud")]
    [InlineData("aud", null, "aud")]
    [InlineData("exp", null, "exp")]
    [InlineData("exp", "\"2099-01-01\"", "exp")]
    [InlineData("exp", "0", "expired")]
    [InlineData("exp", "-1", "exp")]
    [InlineData("exp", "99999999999", "lives longer")]
    [InlineData("exp", "1e300", "exp")]
    [InlineData("nbf", "99999999999", "nbf")]
    [InlineData("nbf", "\"x\"", "nbf")]
    [InlineData("iat", "99999999999", "iat")]
    [InlineData("sub", null, "sub")]
    [InlineData("sub", "7", "sub")]
    public async Task Claims_that_do_not_hold_are_refused(string name, string? value, string says)
    {
        var claims = _fixture.Claims("team-a");
        claims.Remove(name);
        if (value is not null) claims[name] = JsonNode.Parse(value);
        Assert.Contains(says, (await SendAsync("GET", "resources", _fixture.Issuer.Sign(claims))).ShouldBe(401).Message, StringComparison.Ordinal);
        Assert.Empty(_fixture.Broker.Faults);
    }

    [Theory]
    [InlineData("exp", -59, 200)]
    [InlineData("exp", -60, 401)]
    [InlineData("nbf", 60, 200)]
    [InlineData("nbf", 61, 401)]
    public async Task Clocks_may_differ_by_a_minute_and_no_more(string claim, int seconds, int status)
    {
        var claims = _fixture.Claims("team-a");
        claims[claim] = _fixture.At(seconds);
        (await SendAsync("GET", "resources", _fixture.Issuer.Sign(claims))).ShouldBe(status);
    }

    [Fact]
    public async Task None_and_a_shared_key_made_of_the_public_one_are_refused()
    {
        var claims = _fixture.Claims("team-a").ToJsonString();
        var none = $"{Part("""{"alg":"none"}""")}.{Part(claims)}.";
        (await SendAsync("GET", "resources", none)).ShouldBe(401);
        var signed = $"{Part("""{"alg":"HS256","kid":"one"}""")}.{Part(claims)}";
        foreach (var secret in (string[])[_fixture.Issuer.KeySet, (string)JsonNode.Parse(_fixture.Issuer.KeySet)!["keys"]![0]!["x"]!])
        {
            var mac = Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(signed)));
            Assert.Contains("HS256", (await SendAsync("GET", "resources", $"{signed}.{mac}")).ShouldBe(401).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_key_of_somebody_else_under_the_same_name_is_refused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var key = Jwk.FromEllipticCurve(other.ExportParameters(includePrivateParameters: true)).WithNames("one", "ES256");
        Assert.Contains("does not verify", (await SendAsync("GET", "resources", _fixture.Issuer.Sign(_fixture.Claims("team-a"), key))).ShouldBe(401).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_of_jwcrypto_and_of_openssl_are_taken()
    {
        using var folder = new TempDirectory();
        var rsa = folder.Combine("rsa.pem");
        (await Peers.RunAsync("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", rsa)).ShouldSucceed();
        using var pem = RSA.Create();
        pem.ImportFromPem(await File.ReadAllTextAsync(rsa, TestContext.Current.CancellationToken));
        using var rsaKey = Jwk.FromRsa(pem.ExportParameters(includePrivateParameters: true)).WithNames("rsa", null);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var ecKey = Jwk.FromEllipticCurve(ec.ExportParameters(includePrivateParameters: true)).WithNames("ec", null);
        _fixture.Write("jwks.json", $$"""{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"ec"},{"kty":"OKP","crv":"Ed25519","x":"AA"},{{rsaKey.ToPublicJson()}},{{ecKey.ToPublicJson()}}]}""");
        var rules = _fixture.Rules();
        rules["issuers"]![0]!["jwks_file"] = "jwks.json";
        await _fixture.LoadAsync(rules);
        var claims = _fixture.Claims("team-a").ToJsonString();

        var python = (await PythonAsync(ecKey, claims, """{"alg":"ES256","kid":"ec","typ":"JWT"}""")).Trim('"');
        (await SendAsync("GET", "resources", python)).ShouldBe(200);

        var input = $"{Part("""{"alg":"RS256","typ":"at+jwt"}""")}.{Part(claims)}";
        (await Peers.RunAsync("openssl", "dgst", "-sha256", "-sign", rsa, "-out", folder.Combine("signature"), folder.Write("input", input))).ShouldSucceed();
        var signature = Base64Url.EncodeToString(await File.ReadAllBytesAsync(folder.Combine("signature"), TestContext.Current.CancellationToken));
        (await SendAsync("GET", "resources", $"{input}.{signature}")).ShouldBe(200);
        Assert.Equal(0, _fixture.Issuer.Fetches);
    }

    [Fact]
    public void Tokens_of_any_characters_are_answered_without_a_fault()
    {
        var token = _fixture.Issuer.Sign(_fixture.Claims("team-a"));
        Fuzzing.Run("tokens of issuers", [Encoding.ASCII.GetBytes(token)], (input, _) =>
        {
            var text = Encoding.Latin1.GetString(input).ReplaceLineEndings("").Replace("\0", "", StringComparison.Ordinal).Trim();
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{_fixture.Broker.Address}/api/v1/resources");
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {text}");
            using var response = _fixture.Broker.Client.Send(request, TestContext.Current.CancellationToken);
            Assert.Contains((int)response.StatusCode, text == token ? [200] : (int[])[400, 401]);
        }, rounds: 300);
        Assert.Empty(_fixture.Broker.Faults);
    }

    private Task<Running.BrokerAnswer> SendAsync(string method, string path, string token) => _fixture.Broker.SendAsync(method, path, token, method == "PUT" ? "x" : null);

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private static async Task<string> PythonAsync(Jwk key, string claims, string header)
    {
        // Debian's own interpreter: another one on PATH does not see Debian's modules.
        const string interpreter = "/usr/bin/python3";
        const string module = "/usr/lib/python3/dist-packages/jwcrypto";
        Missing.Require(File.Exists(interpreter) && Directory.Exists(module) ? module : null, "the peer 'python3-jwcrypto'", "run scripts/install-peers");
        var request = new JsonObject
        {
            ["verb"] = "sign", ["compact"] = true, ["content"] = claims, ["protected"] = JsonNode.Parse(header), ["keys"] = new JsonArray(JsonNode.Parse(key.ToPrivateJson())),
        };
        var options = new ToolOptions { Input = Encoding.UTF8.GetBytes(new JsonArray(request).ToJsonString()) };
        var answer = (await Tool.RunAsync(interpreter, ["-I", RepositoryRoot.Combine("tests", "Jose.Tests", "testdata", "jwcrypto-peer.py")], options)).ShouldSucceed().Output;
        return (string)JsonNode.Parse(answer)![0]!;
    }
}
