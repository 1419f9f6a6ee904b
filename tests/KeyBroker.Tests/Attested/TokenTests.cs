using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.Jose;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.Tokens;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Attested;

public sealed class TokenTests
{
    [Fact]
    public async Task The_token_is_an_EAR_that_the_published_keys_verify_and_names_its_key()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, host) = await broker.ApprovedAsync();
        using var disposed = machine;
        var token = await machine.TokenAsync();

        Assert.True(token.Length <= 8 * 1024);
        var parts = token.Split('.');
        Assert.DoesNotContain('=', token);
        var header = JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!;
        Assert.Equal("ES256", (string?)header["alg"]);
        var set = (await machine.SendAsync("GET", "/.well-known/jwks.json")).ShouldBe(200).Json["keys"]!.AsArray();
        var key = Assert.Single(set, k => (string?)k!["kid"] == (string?)header["kid"])!;
        Assert.Null(key["d"]);
        using var jwk = Jwk.Parse(key.ToJsonString());
        var payload = JsonNode.Parse(Jws.Parse(token).Verify(new JwkVerifier(jwk, "ES256")).Payload.Span)!;

        Assert.Equal(300, (long)payload["exp"]! - (long)payload["iat"]!);
        var cpu = payload["submods"]!["cpu0"]!;
        Assert.Equal("affirming", (string?)cpu["ear.status"]);
        Assert.Equal(2, (int)cpu["ear.trustworthiness-vector"]!["hardware"]!);
        Assert.Equal(3, (int)cpu["ear.trustworthiness-vector"]!["executables"]!);
        var evidence = cpu["ear.veraison.annotated-evidence"]!;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(machine.BindingKey.Offered.Canonical), evidence["runtime_data_claims"]!["tee-pubkey"]));
        Assert.Equal(host, (string?)evidence["host"]!["id"]);
    }

    [Fact]
    public async Task A_key_that_the_token_brings_itself_is_never_trusted()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, _) = await broker.ApprovedAsync();
        using var disposed = machine;
        var token = await machine.TokenAsync();
        var payload = Base64Url.DecodeFromChars(token.Split('.')[1]);
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var bare = Jwk.FromEllipticCurve(own.ExportParameters(true));
        var kid = (string)JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[0]))!["kid"]!;

        using var unknown = bare.WithNames(bare.Thumbprint(), "ES256");
        using var posing = bare.WithNames(kid, "ES256");
        foreach (var (key, reason) in new[] { (unknown, "signed by no key of this broker"), (posing, "does not hold") })
        {
            var forged = Jws.Sign(payload, [new JwkSigner(key)], JwsSerialization.Compact, w =>
            {
                w.WritePropertyName("jwk");
                w.WriteRawValue(key.ToPublicJson());
            });
            broker.ShouldHaveRefused((await machine.GetAsync(AttestedBroker.Path, forged)).ShouldBeRefused(401, "TokenVerifierError").RequestId, reason);
        }
        var none = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"alg":"none","kid":"{{kid}}"}"""))}.{token.Split('.')[1]}.";
        (await machine.GetAsync(AttestedBroker.Path, none)).ShouldBeRefused(401, "TokenVerifierError");
        (await machine.GetAsync(AttestedBroker.Path, new string('a', (8 * 1024) + 1))).ShouldBeRefused(401, "TokenVerifierError");
    }

    [Fact]
    public async Task A_new_key_is_published_before_it_signs_and_the_old_one_stays_as_long_as_its_tokens()
    {
        await using var fixture = new Rotating();
        var first = (await fixture.Keys.SigningKeyAsync(Cancel)).Key.KeyId!;
        await fixture.Keys.RotateAsync(new RequestOrigin("r", "operator"), Cancel);
        Assert.Equal(2, await fixture.PublishedAsync());
        Assert.Equal(first, (await fixture.Keys.SigningKeyAsync(Cancel)).Key.KeyId);

        fixture.Advance(TokenKeys.Notice);
        var second = (await fixture.Keys.SigningKeyAsync(Cancel)).Key.KeyId!;
        Assert.NotEqual(first, second);
        Assert.NotNull(await fixture.Keys.FindAsync(first, Cancel));

        fixture.Advance(TokenKeys.LongestToken + TimeSpan.FromMinutes(2));
        Assert.Null(await fixture.Keys.FindAsync(first, Cancel));
        Assert.Equal(1, await fixture.PublishedAsync());
    }

    [Fact]
    public async Task Another_broker_of_the_same_store_knows_the_keys()
    {
        await using var fixture = new Rotating();
        var key = (await fixture.Keys.SigningKeyAsync(Cancel)).Key.KeyId!;
        using var other = fixture.Another();
        Assert.NotNull(await other.FindAsync(key, Cancel));
        Assert.Equal(key, (await other.SigningKeyAsync(Cancel)).Key.KeyId);
    }

    [Fact]
    public async Task A_key_that_another_broker_made_is_found_also_after_the_clock_was_set_back()
    {
        await using var fixture = new Rotating();
        await fixture.Keys.SigningKeyAsync(Cancel);
        fixture.SetBack(TimeSpan.FromHours(6));
        using var other = fixture.Another();
        await other.RotateAsync(new RequestOrigin("r", "operator"), Cancel);
        fixture.Advance(TokenKeys.Notice);
        Assert.NotNull(await fixture.Keys.FindAsync((await other.SigningKeyAsync(Cancel)).Key.KeyId!, Cancel));
    }

    [Fact]
    public async Task A_token_that_held_here_before_ends_with_its_key_and_with_its_time()
    {
        await using var fixture = new Rotating();
        var tokens = new EarTokens(fixture.Keys, fixture.Clock);
        var key = await fixture.Keys.SigningKeyAsync(Cancel);
        var now = fixture.Clock.GetUtcNow().ToUnixTimeSeconds();
        string Token(int lives) => Jws.Sign(Encoding.UTF8.GetBytes($$"""{"iss":"coffer","jti":"x","iat":{{now}},"nbf":{{now}},"exp":{{now + lives}}}"""), [new JwkSigner(key.Key)], JwsSerialization.Compact);
        var (brief, longer) = (Token(60), Token(3000));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("x", await tokens.VerifyAsync(brief, Cancel));
            Assert.Equal("x", await tokens.VerifyAsync(longer, Cancel));
        }
        fixture.Advance(TimeSpan.FromMinutes(2));
        await Assert.ThrowsAsync<BrokerException>(() => tokens.VerifyAsync(brief, Cancel));
        Assert.Equal("x", await tokens.VerifyAsync(longer, Cancel));
        await fixture.Keys.RevokeAsync(new RequestOrigin("r", "operator"), Cancel);
        var error = await Assert.ThrowsAsync<BrokerException>(() => tokens.VerifyAsync(longer, Cancel));
        Assert.Equal(BrokerFault.Unauthenticated, error.Fault);
    }

    [Fact]
    public async Task Spoilt_tokens_are_refused_and_nothing_else_happens()
    {
        await using var fixture = new Rotating();
        var tokens = new EarTokens(fixture.Keys, fixture.Clock);
        var key = await fixture.Keys.SigningKeyAsync(Cancel);
        var now = fixture.Clock.GetUtcNow().ToUnixTimeSeconds();
        var good = Jws.Sign(Encoding.UTF8.GetBytes($$"""{"iss":"coffer","jti":"x","iat":{{now}},"nbf":{{now}},"exp":{{now + 300}}}"""), [new JwkSigner(key.Key)], JwsSerialization.Compact);
        Assert.Equal("x", await tokens.VerifyAsync(good, Cancel));
        Fuzzing.Run("attestation tokens", [Encoding.ASCII.GetBytes(good)], (input, _) =>
        {
            var text = Encoding.Latin1.GetString(input);
            if (text.Trim() == good) return;
            var error = Assert.Throws<BrokerException>(() => tokens.VerifyAsync(text, Cancel).GetAwaiter().GetResult());
            Assert.Equal(BrokerFault.Unauthenticated, error.Fault);
        });
        foreach (var payload in new[] { "{}", "[]", """{"iss":"coffer","jti":7,"iat":0,"nbf":0,"exp":99999999999999}""", """{"iss":"x"}""", $$"""{"iss":"coffer","jti":"x","iat":{{now + 60}},"nbf":{{now}},"exp":{{now + 300}}}""", $$"""{"iss":"coffer","jti":"x","iat":{{now}},"nbf":{{now}},"exp":{{now}}}""" })
        {
            var signed = Jws.Sign(Encoding.UTF8.GetBytes(payload), [new JwkSigner(key.Key)], JwsSerialization.Compact);
            Assert.Equal(BrokerFault.Unauthenticated, (await Assert.ThrowsAsync<BrokerException>(() => tokens.VerifyAsync(signed, Cancel))).Fault);
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private sealed class Rotating : IAsyncDisposable
    {
        private readonly BrokerFixture _broker = new();
        private readonly RecordSealer _sealer;

        public Rotating()
        {
            _sealer = new RecordSealer(_broker.RootKey);
            Keys = Another();
        }

        public TokenKeys Keys { get; }

        public TimeProvider Clock => _broker.Clock;

        public void Advance(TimeSpan time) => _broker.Clock.Advance(time);

        public void SetBack(TimeSpan time) => _broker.Clock.Set(-time);

        public TokenKeys Another() => new(_broker.Store, new TokenKeyRecords(_sealer), new AuditLog(AuditWriter.Of(_broker.Data), _broker.RootKey, _broker.Clock), _broker.Clock);

        public async Task<int> PublishedAsync() => JsonNode.Parse(await Keys.PublicSetAsync(Cancel))!["keys"]!.AsArray().Count;

        public async ValueTask DisposeAsync()
        {
            Keys.Dispose();
            _sealer.Dispose();
            await _broker.DisposeAsync();
        }
    }
}
