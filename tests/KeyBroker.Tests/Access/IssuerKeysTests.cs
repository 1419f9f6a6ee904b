using Coffer.KeyBroker.Access.Issuers;
using Microsoft.AspNetCore.Http;

namespace Coffer.KeyBroker.Tests.Access;

/// <summary>An issuer's keys: found by discovery, kept, fetched anew, and what happens while the issuer is away.</summary>
public sealed class IssuerKeysTests : IAsyncLifetime
{
    private IssuerFixture _fixture = null!;

    public async ValueTask InitializeAsync() => _fixture = await IssuerFixture.StartAsync();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task They_are_kept_and_fetched_anew_for_a_key_that_is_not_known_but_not_at_every_request()
    {
        await ExpectAsync(200);
        await ExpectAsync(200);
        Assert.Equal(1, _fixture.Issuer.Fetches);

        _fixture.Issuer.AddKey("two");
        await ExpectAsync(401); // half a minute is not over
        _fixture.Broker.Clock.Advance(IssuerKeys.Pause);
        await ExpectAsync(200);
        Assert.Equal(2, _fixture.Issuer.Fetches);

        using var unknown = _fixture.Issuer.AddKey("unknown");
        _fixture.Issuer.RemoveKey("unknown");
        _fixture.Broker.Clock.Advance(IssuerKeys.Pause);
        for (var i = 0; i < 5; i++) (await _fixture.Broker.SendAsync("GET", "resources", _fixture.Issuer.Sign(_fixture.Claims("team-a"), unknown))).ShouldBe(401);
        Assert.Equal(3, _fixture.Issuer.Fetches);
    }

    [Fact]
    public async Task A_key_that_is_taken_back_counts_for_ten_minutes_at_most()
    {
        var old = _fixture.Issuer.AddKey("old");
        (await _fixture.Broker.SendAsync("GET", "resources", _fixture.Issuer.Sign(_fixture.Claims("team-a"), old))).ShouldBe(200);
        _fixture.Issuer.RemoveKey("old");
        _fixture.Broker.Clock.Advance(IssuerKeys.Fresh);
        (await _fixture.Broker.SendAsync("GET", "resources", _fixture.Issuer.Sign(_fixture.Claims("team-a"), old))).ShouldBe(401);
    }

    [Fact]
    public async Task The_last_ones_count_for_a_day_while_the_issuer_is_away()
    {
        await ExpectAsync(200);
        _fixture.Issuer.Fault = c => Answer(c, 503, "");
        _fixture.Broker.Clock.Advance(TimeSpan.FromHours(23));
        await ExpectAsync(200);
        _fixture.Broker.Clock.Advance(TimeSpan.FromHours(1));
        await ExpectAsync(503);
        _fixture.Issuer.Fault = null;
        _fixture.Broker.Clock.Advance(IssuerKeys.Pause);
        await ExpectAsync(200);
    }

    [Theory]
    [InlineData("redirect", "302")]
    [InlineData("large", "cannot be fetched")]
    [InlineData("other issuer", "another issuer")]
    [InlineData("no keys", "no key for")]
    [InlineData("no json", "not of its form")]
    [InlineData("plain keys", "not HTTPS")]
    public async Task An_issuer_that_does_not_answer_as_it_should_lets_nobody_in(string how, string says)
    {
        switch (how)
        {
            case "redirect": _fixture.Issuer.Fault = c => { c.Response.Redirect("https://127.0.0.1/"); return Task.CompletedTask; }; break;
            case "large": _fixture.Issuer.Fault = c => Answer(c, 200, new string('x', IssuerHttp.MostBytes + 1)); break;
            case "other issuer": _fixture.Issuer.ClaimedIdentifier = _fixture.Issuer.Identifier + "/"; break;
            case "no keys": _fixture.Issuer.RemoveKey("one"); break;
            case "no json": _fixture.Issuer.Fault = c => Answer(c, 200, "<html>"); break;
            default: _fixture.Issuer.Fault = c => Answer(c, 200, $$"""{"issuer":"{{_fixture.Issuer.Identifier}}","jwks_uri":"http://keys.example/jwks"}"""); break;
        }
        using var key = _fixture.Issuer.AddKey("three");
        if (how == "no keys") _fixture.Issuer.RemoveKey("three");
        var answer = (await _fixture.Broker.SendAsync("GET", "resources", _fixture.Issuer.Sign(_fixture.Claims("team-a"), key))).ShouldBe(503);
        Assert.Contains(says, answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_authority_that_was_not_named_vouches_for_no_issuer()
    {
        var rules = _fixture.Rules();
        rules["issuers"]![0]!.AsObject().Remove("ca");
        await _fixture.LoadAsync(rules);
        await ExpectAsync(503);
        Assert.Equal(0, _fixture.Issuer.Fetches);
    }

    private async Task ExpectAsync(int status) => (await _fixture.Broker.SendAsync("GET", "resources", _fixture.Issuer.Sign(_fixture.Claims("team-a")))).ShouldBe(status);

    private static Task Answer(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    }
}
