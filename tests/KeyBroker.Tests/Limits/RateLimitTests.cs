using System.Net;
using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Limits;
using Coffer.KeyBroker.Tests.Attested;
using Coffer.KeyBroker.Tests.Running;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Coffer.KeyBroker.Tests.Limits;

/// <summary>What a broker answers whoever asks too often.</summary>
public sealed class RateLimitTests
{
    [Fact]
    public async Task A_credential_that_asks_too_often_hears_when_to_come_again_and_another_is_served()
    {
        await using var broker = await RunningBroker.StartAsync(_ => [], new BrokerRules { Limits = new RateRules { Admin = new RateRule(1, 3) } });
        var other = await broker.TokenAsync([Role.Auditor], [], null);
        for (var i = 0; i < 3; i++) (await broker.AdminAsync("PUT", "resources/a/b/c", "x")).ShouldBe(200); // a change counts once
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{broker.Address}/api/v1/tokens");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {broker.AdminToken}");
        using var answer = await broker.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode)429, answer.StatusCode);
        Assert.Equal("1", answer.Headers.GetValues("Retry-After").Single());
        Assert.Single(broker.Audit.Entries, e => e.Action == "access.limited");
        (await broker.SendAsync("GET", "status", other)).ShouldBe(200);

        broker.Clock.Advance(TimeSpan.FromSeconds(1));
        (await broker.AdminAsync("GET", "tokens")).ShouldBe(200);
    }

    [Fact]
    public async Task Refused_credentials_of_an_address_run_into_a_limit_that_keeps_no_right_one_out()
    {
        await using var broker = await RunningBroker.StartAsync(_ => [], new BrokerRules { Limits = new RateRules { Refused = new RateRule(1, 3) } });
        const string wrong = "Bearer coffer_0123456789abcdef_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        for (var i = 0; i < 3; i++) Assert.Equal(401, await AskAsync(broker, "192.0.2.1", "GET", "tokens", wrong));
        Assert.Equal(429, await AskAsync(broker, "192.0.2.1", "GET", "tokens", wrong));
        Assert.Equal(200, await AskAsync(broker, "192.0.2.1", "GET", "tokens", $"Bearer {broker.AdminToken}"));
        Assert.Equal(401, await AskAsync(broker, "192.0.2.2", "GET", "tokens", wrong));
        for (var i = 0; i < 5; i++) Assert.Equal(401, await AskAsync(broker, "127.0.0.1", "GET", "tokens", wrong));
    }

    [Fact]
    public async Task Enrolments_of_an_address_are_limited()
    {
        await using var broker = await RunningBroker.StartAsync(_ => [], new BrokerRules { Limits = new RateRules { Enroll = new RateRule(1, 2) } });
        for (var i = 0; i < 2; i++) Assert.Equal(400, await AskAsync(broker, "192.0.2.1", "POST", "enroll", null));
        Assert.Equal(429, await AskAsync(broker, "192.0.2.1", "POST", "enroll", null));
        Assert.Equal(400, await AskAsync(broker, "192.0.2.2", "POST", "enroll", null));
    }

    [Fact]
    public async Task A_machine_that_asks_too_often_is_held_back_and_another_is_served()
    {
        await using var broker = await AttestedBroker.StartAsync(new BrokerRules { Limits = new RateRules { Host = new RateRule(1, 3) } });
        var (machine, _) = await broker.ApprovedAsync();
        using var first = machine;
        var token = await machine.TokenAsync();
        for (var i = 0; i < 2; i++) (await machine.GetAsync(AttestedBroker.Path, token)).ShouldBe(200);
        (await machine.GetAsync(AttestedBroker.Path, token)).ShouldBe(429);
        (await machine.AttestAsync()).ShouldBe(429);
        var (another, _) = await broker.ApprovedAsync();
        using var second = another;
        (await another.GetAsync(AttestedBroker.Path, await another.TokenAsync())).ShouldBe(200);

        broker.Broker.Clock.Advance(TimeSpan.FromSeconds(1));
        (await machine.GetAsync(AttestedBroker.Path, token)).ShouldBe(200);
    }

    // The address of a connection cannot be chosen on loopback: the request goes to the dispatch without one.
    private static async Task<int> AskAsync(RunningBroker broker, string source, string method, string path, string? authorization)
    {
        var context = new DefaultHttpContext { TraceIdentifier = "0123456789abcdef" };
        context.Connection.RemoteIpAddress = IPAddress.Parse(source);
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = AdminDispatch.Root + path;
        context.Request.Method = method;
        context.Response.Body = Stream.Null;
        if (authorization is not null) context.Request.Headers.Authorization = authorization;
        var dispatch = new AdminDispatch(AdminRoutes.All(broker.Parts), broker.Parts.Callers, new AccessWatch(broker.Parts), (_, _) => { });
        await dispatch.AnswerAsync(context);
        return context.Response.StatusCode;
    }
}
