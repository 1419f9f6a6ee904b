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

    [Fact]
    public async Task A_machine_holds_so_many_sessions_and_another_opens_its_own()
    {
        await using var broker = await AttestedBroker.StartAsync(new BrokerRules { MostSessionsOfHost = 2 });
        var (machine, _) = await broker.ApprovedAsync();
        using var first = machine;
        for (var i = 0; i < 2; i++) await machine.TokenAsync();
        broker.Broker.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Contains("open sessions of this machine", (await machine.AttestAsync()).ShouldBe(429).Body, StringComparison.Ordinal);
        var (another, _) = await broker.ApprovedAsync();
        using var second = another;
        await another.TokenAsync();

        broker.Broker.Clock.Advance(TimeSpan.FromMinutes(4));
        await machine.TokenAsync();
    }

    [Fact]
    public void An_address_holds_so_many_sessions_and_hears_when_there_is_room_again()
    {
        var clock = new SettableClock(DateTimeOffset.UnixEpoch);
        var limits = new RateLimits(new BrokerRules { MostSessionsOfSource = 2 }, clock);
        var network = SourceAddress.KeyOf(IPAddress.Parse("2001:db8:0:1::1"));
        limits.OpenSession(network);
        clock.Advance(TimeSpan.FromMinutes(1));
        limits.OpenSession(SourceAddress.KeyOf(IPAddress.Parse("2001:db8:0:1:2:3:4:5")));

        Assert.Equal(240, Assert.Throws<LimitedException>(() => limits.OpenSession(network)).RetryAfter);
        limits.OpenSession(SourceAddress.KeyOf(IPAddress.Parse("2001:db8:0:2::1"))); // another network
        for (var i = 0; i < 5; i++) limits.OpenSession(SourceAddress.KeyOf(IPAddress.Loopback)); // a proxy

        clock.Set(TimeSpan.FromHours(1)); // somebody sets the clock, and nothing is gained
        Assert.Throws<LimitedException>(() => limits.OpenSession(network));
        clock.Advance(TimeSpan.FromMinutes(4));
        limits.OpenSession(network);
        Assert.Equal(60, Assert.Throws<LimitedException>(() => limits.OpenSession(network)).RetryAfter);
    }

    [Fact]
    public void Ever_new_addresses_share_what_is_left()
    {
        var clock = new SettableClock(DateTimeOffset.UnixEpoch);
        var sessions = new HeldSessions(2, TimeSpan.FromMinutes(5), clock, most: 3);
        foreach (var known in (string[])["a", "b", "c"]) Assert.Null(sessions.Take(known));
        Assert.Equal([null, null, 300, 300], Enumerable.Range(0, 4).Select(i => sessions.Take($"new-{i}")));
        Assert.Null(sessions.Take("a"));

        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.All(Enumerable.Range(0, 3), i => Assert.Null(sessions.Take($"newer-{i}")));
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
