using System.Text;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Protocol.Client;
using Coffer.Attestation.Protocol.Enrolment;

namespace Coffer.Attestation.Tests.Protocol.Client;

public sealed class TokenCacheTests : IAsyncDisposable
{
    private static readonly KbsResourceUri Resource = KbsResourceUri.FromPath("a/b/c");
    private readonly FakeBroker _broker = new();
    private readonly StatefulAttester _attester = new();
    private readonly TestClock _clock = new();
    private readonly LoopbackServer _server;
    private readonly BrokerHttp _http;
    private readonly RcarClient _client;
    private readonly TokenCache _cache;

    public TokenCacheTests()
    {
        _server = new LoopbackServer(_broker.Answer);
        _http = new BrokerHttp(new BrokerHttpOptions(_server.Address) { CaFile = _server.CaFile }, TimeProvider.System);
        _client = new RcarClient(_http, _attester);
        _cache = new TokenCache(_client, _attester, _clock);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _cache.Dispose();
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_resource_comes_by_bearer_and_by_cookie()
    {
        using var session = await _client.AttestAsync(Cancel);
        Assert.Equal("the secret", Encoding.UTF8.GetString(await _client.GetAsync(session, Resource, Cancel)));
        Assert.Equal("the secret", Encoding.UTF8.GetString(await _client.GetByCookieAsync(session, Resource, Cancel)));
        Assert.Equal(["/kbs/v0/auth", "/kbs/v0/attest", "/kbs/v0/resource/a/b/c", "/kbs/v0/resource/a/b/c"], _server.Requests.Select(r => r.Path));
    }

    [Fact]
    public async Task Twenty_layers_at_once_cost_one_attestation()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ => Assert.Equal("the secret", await GetAsync())));
        Assert.Equal(1, _broker.Attestations);
    }

    [Fact]
    public async Task Twenty_layers_at_once_that_are_refused_cost_one_attestation_too()
    {
        _broker.OnAttest = FakeBroker.Error(403, "AttestationError", "unknown attestation key");
        var refusals = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Assert.ThrowsAsync<BrokerRefusedException>(GetAsync)));
        Assert.All(refusals, refusal => Assert.Contains("unknown attestation key", refusal.Message, StringComparison.Ordinal));
        Assert.Single(_server.Requests, r => r.Path == "/kbs/v0/attest");

        // Who comes later asks anew.
        _broker.OnAttest = null;
        Assert.Equal("the secret", await GetAsync());
    }

    [Fact]
    public async Task A_caller_that_gives_up_takes_nobody_along()
    {
        using var impatient = new CancellationTokenSource();
        _broker.BeforeAttest = impatient.Cancel;
        var first = _cache.GetAsync(Resource, impatient.Token);
        var second = GetAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal("the secret", await second);
    }

    [Fact]
    public async Task A_token_is_used_until_shortly_before_it_expires_whatever_the_wall_clock_says()
    {
        await GetAsync();
        _clock.Pass(TimeSpan.FromSeconds(280));
        await GetAsync();
        Assert.Equal(1, _broker.Attestations);
        _clock.Pass(TimeSpan.FromSeconds(15));
        await GetAsync();
        Assert.Equal(2, _broker.Attestations);
    }

    [Fact]
    public async Task A_machine_that_changed_attests_anew()
    {
        await GetAsync();
        _attester.State = "extended";
        await GetAsync();
        await GetAsync();
        Assert.Equal(2, _broker.Attestations);
    }

    [Fact]
    public async Task A_token_that_is_no_longer_taken_is_replaced_once()
    {
        await GetAsync();
        _broker.NextResources.Enqueue(FakeBroker.Error(401, "TokenVerifierError", "expired"));
        Assert.Equal("the secret", await GetAsync());
        Assert.Equal(2, _broker.Attestations);

        _broker.NextResources.Enqueue(FakeBroker.Error(401, "PolicyDeny", "denied"));
        _broker.NextResources.Enqueue(FakeBroker.Error(401, "PolicyDeny", "denied"));
        Assert.Equal(AttestationFault.Denied, (await Assert.ThrowsAsync<BrokerRefusedException>(GetAsync)).Fault);
        Assert.Equal(3, _broker.Attestations);
    }

    [Fact]
    public async Task A_new_token_that_is_not_taken_is_not_replaced()
    {
        _broker.NextResources.Enqueue(FakeBroker.Error(401, "PolicyDeny", "denied"));
        await Assert.ThrowsAsync<BrokerRefusedException>(GetAsync);
        Assert.Equal(1, _broker.Attestations);
    }

    [Theory]
    [InlineData(403, "denied (request 7f3a)", null, AttestationFault.Denied, "7f3a")]
    [InlineData(403, "denied", "X-Request-Id: 8b2c", AttestationFault.Denied, "8b2c")]
    [InlineData(404, "no such resource", null, AttestationFault.NotFound, null)]
    [InlineData(503, "later", null, AttestationFault.Unreachable, null)]
    [InlineData(400, "what", null, AttestationFault.Malformed, null)]
    public async Task Refusals_are_told_apart_and_name_the_request(int status, string detail, string? header, AttestationFault fault, string? id)
    {
        _broker.NextResources.Enqueue(FakeBroker.Error(status, "PolicyDeny", detail, header is null ? [] : [header]));
        var refusal = await Assert.ThrowsAsync<BrokerRefusedException>(GetAsync);
        Assert.Equal((fault, id, status), (refusal.Fault, refusal.RequestId, refusal.Status));
        if (id is not null) Assert.Contains($"request {id}", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, _broker.Attestations);
    }

    [Fact]
    public async Task A_refusal_that_is_no_JSON_is_one_all_the_same()
    {
        _broker.NextResources.Enqueue(new Reply(403, "<html>\x1b[2J"u8.ToArray()));
        Assert.Equal(AttestationFault.Denied, (await Assert.ThrowsAsync<BrokerRefusedException>(GetAsync)).Fault);
        _broker.OnAttest = FakeBroker.Error(403, "AttestationError", "unknown attestation key");
        _attester.State = "other";
        Assert.Contains("unknown attestation key", (await Assert.ThrowsAsync<BrokerRefusedException>(GetAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_sealed_to_another_key_does_not_open()
    {
        _broker.NextResources.Enqueue(new Reply(200, SealedResponse.Seal("the secret"u8, FactKeys.Public(FactKeys.P256))));
        Assert.Equal(AttestationFault.Untrusted, (await Assert.ThrowsAsync<AttestationException>(GetAsync)).Fault);
    }

    [Fact]
    public async Task Enrolment_posts_two_messages_and_tells_why_it_was_refused()
    {
        await using var server = new LoopbackServer(r => r.Path switch
        {
            "/api/v1/enroll" => new Reply(201, new EnrolmentChallenge("id-1", [1], [2], [3]).ToJson()),
            "/api/v1/enroll/id-1" => new Reply(200, new EnrolmentResult("host", "pending", "000b").ToJson()),
            _ => new Reply(403, Encoding.UTF8.GetBytes("""{"error":{"fault":"denied","message":"this TPM is revoked","hint":"ask"},"request_id":"9d9d"}""")),
        });
        using var http = new BrokerHttp(new BrokerHttpOptions(server.Address) { CaFile = server.CaFile }, TimeProvider.System);
        var client = new EnrolmentClient(http);
        var challenge = await client.StartAsync(new EnrolmentRequest(null, [1], [2], null, "node", null), Cancel);
        var proof = new EnrolmentProof([7], new EnrolmentQuoteMessage([1], [2], [.. Enumerable.Range(0, 24).Select(_ => new byte[32])]));
        Assert.Equal(new EnrolmentResult("host", "pending", "000b"), await client.ProveAsync(challenge.Enrolment, proof, Cancel));
        Assert.All(server.Requests, r => Assert.False(r.Headers.ContainsKey("Authorization")));
        var refusal = await Assert.ThrowsAsync<BrokerRefusedException>(() => client.ProveAsync("id-2", proof, Cancel));
        Assert.Equal((AttestationFault.Denied, "9d9d", "ask"), (refusal.Fault, refusal.RequestId, refusal.Hint));
        Assert.Contains("revoked", refusal.Message, StringComparison.Ordinal);
    }

    private async Task<string> GetAsync() => Encoding.UTF8.GetString(await _cache.GetAsync(Resource, Cancel));
}
