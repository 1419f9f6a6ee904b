using System.Net.Http.Headers;
using System.Text;
using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Page;
using Coffer.KeyBroker.Tests.Running;

namespace Coffer.KeyBroker.Tests.Page;

/// <summary>What the page's cookie opens, and to whom.</summary>
public sealed class PageSessionTests
{
    [Fact]
    public async Task The_cookie_reads_for_the_page_itself_and_nobody_else_and_changes_nothing()
    {
        await using var broker = await RunningBroker.StartAsync();
        var cookie = await LogInAsync(broker, broker.AdminToken);

        Assert.Equal(200, await AskAsync(broker, "GET", "/api/v1/hosts", cookie));
        Assert.Equal(401, await AskAsync(broker, "GET", "/api/v1/hosts", cookie, "cross-site"));
        Assert.Equal(401, await AskAsync(broker, "GET", "/api/v1/hosts", cookie, "same-site"));
        Assert.Equal(401, await AskAsync(broker, "GET", "/api/v1/hosts", cookie, null));
        Assert.Equal(401, await AskAsync(broker, "DELETE", "/api/v1/policies/x", cookie));
        Assert.Equal(401, await AskAsync(broker, "PUT", "/api/v1/resources/a/b/c", cookie));
        Assert.Equal(401, await AskAsync(broker, "POST", "/api/v1/tokens", cookie));
        Assert.Equal(401, await AskAsync(broker, "GET", "/api/v1/hosts", cookie[..^2] + (cookie[^2] == 'A' ? 'B' : 'A') + cookie[^1]));
    }

    [Fact]
    public async Task A_session_ends_by_itself_and_with_its_token()
    {
        await using var broker = await RunningBroker.StartAsync();
        var token = await broker.TokenAsync([Permission.Audit], [], TimeSpan.FromMinutes(10));
        var (own, lent) = (await LogInAsync(broker, broker.AdminToken), await LogInAsync(broker, token));
        Assert.Equal(200, await AskAsync(broker, "GET", "/api/v1/status", lent));

        broker.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(401, await AskAsync(broker, "GET", "/api/v1/status", lent));
        Assert.Equal(200, await AskAsync(broker, "GET", "/api/v1/status", own));

        broker.Clock.Advance(TimeSpan.FromMinutes(50));
        Assert.Equal(401, await AskAsync(broker, "GET", "/api/v1/status", own));
    }

    [Fact]
    public async Task A_session_of_before_the_clock_was_set_back_is_over()
    {
        await using var fixture = new BrokerFixture();
        var session = new PageSession(fixture.RootKey, fixture.Clock);
        var cookie = session.Seal("coffer_x");
        Assert.Equal("coffer_x", session.Open(cookie));
        Assert.Equal("coffer_x", new PageSession(fixture.RootKey, fixture.Clock).Open(cookie)); // another broker of the store

        fixture.Clock.Set(TimeSpan.FromHours(-2));
        Assert.Null(session.Open(cookie));
    }

    [Theory]
    [InlineData("{\"token\":\"\"}", 400)]
    [InlineData("{\"token\":\"a b\"}", 400)]
    [InlineData("{\"token\":1}", 400)]
    [InlineData("[]", 400)]
    [InlineData("{", 400)]
    [InlineData("{\"token\":\"a\",\"token\":\"b\"}", 400)]
    public async Task What_is_no_token_begins_no_session(string body, int status)
    {
        await using var broker = await RunningBroker.StartAsync();
        using var answer = await PostAsync(broker, body, "same-origin");

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("cross-site")]
    [InlineData("none")]
    [InlineData(null)]
    public async Task Another_site_logs_nobody_in_or_out(string? site)
    {
        await using var broker = await RunningBroker.StartAsync();
        foreach (var path in (string[])["/ui/login", "/ui/logout"])
        {
            using var answer = await PostAsync(broker, "{\"token\":\"coffer_x\"}", site, path);
            Assert.Equal(403, (int)answer.StatusCode);
            Assert.False(answer.Headers.Contains("Set-Cookie"));
        }
    }

    [Fact]
    public async Task Files_are_strict_complete_and_kept_by_browsers()
    {
        await using var broker = await RunningBroker.StartAsync();
        foreach (var name in (string[])["", "page.css", "page.js", "page.svg"])
        {
            using var answer = await broker.Client.GetAsync(new Uri($"{broker.Address}/ui/{name}"), TestContext.Current.CancellationToken);
            Assert.Equal(200, (int)answer.StatusCode);
            var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.DoesNotContain("http", text.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.Ordinal); // nothing from elsewhere
            using var again = new HttpRequestMessage(HttpMethod.Get, $"{broker.Address}/ui/{name}");
            again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
            Assert.Equal(304, (int)(await broker.Client.SendAsync(again, TestContext.Current.CancellationToken)).StatusCode);
        }
        foreach (var name in (string[])["nothing", "index.html/x", "login"]) (await broker.SendAsync("GET", "/ui/" + name)).ShouldBe(404);
    }

    private static async Task<string> LogInAsync(RunningBroker broker, string token)
    {
        using var answer = await PostAsync(broker, $$"""{"token":"{{token}}"}""", "same-origin");
        Assert.Equal(204, (int)answer.StatusCode);
        var set = answer.Headers.GetValues("Set-Cookie").Single();
        Assert.EndsWith("; max-age=3600; path=/; secure; samesite=strict; httponly", set, StringComparison.Ordinal);
        return set.Split(';')[0];
    }

    private static async Task<HttpResponseMessage> PostAsync(RunningBroker broker, string body, string? site, string path = "/ui/login")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, broker.Address + path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } };
        if (site is not null) request.Headers.Add("Sec-Fetch-Site", site);
        return await broker.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<int> AskAsync(RunningBroker broker, string method, string path, string cookie, string? site = "same-origin")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), broker.Address + path);
        request.Headers.Add("Cookie", cookie);
        if (site is not null) request.Headers.Add("Sec-Fetch-Site", site);
        using var answer = await broker.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }
}
