using System.Text;
using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Tests.Running;
using Coffer.Support;
using Microsoft.AspNetCore.Http;

namespace Coffer.KeyBroker.Tests.Admin;

/// <summary>What the administration API makes of what is sent to it.</summary>
public sealed class AdminDispatchTests : IAsyncLifetime
{
    private RunningBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await RunningBroker.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task Every_answer_names_its_request()
    {
        var answers = new[]
        {
            await _broker.AdminAsync("GET", "tokens"), await _broker.SendAsync("GET", "tokens"), await _broker.SendAsync("GET", "/healthz"), await _broker.SendAsync("GET", "/nothing"),
        };
        Assert.Equal([200, 401, 204, 404], answers.Select(a => a.Status));
        Assert.All(answers, a => Assert.Matches("^[0-9a-f]{16}$", a.RequestId));
        Assert.Equal(4, answers.Select(a => a.RequestId).Distinct().Count());
        Assert.Equal(answers[1].RequestId, (string?)answers[1].Json["request_id"]);
    }

    [Theory]
    [InlineData("tokens/..")]
    [InlineData("tokens/%2e%2e")]
    [InlineData("tokens/a%2fb")]
    [InlineData("tokens//a")]
    [InlineData("tokens/%zz")]
    [InlineData("tokens/%00")]
    [InlineData("tokens/%ff")]
    [InlineData("tokens?x=1&x=2")]
    public async Task A_path_that_could_be_read_in_two_ways_is_refused(string path)
    {
        // The client would tidy the path up.
        var answer = await RawHttp.SendAsync(_broker, $"DELETE /api/v1/{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {_broker.AdminToken}\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Empty(_broker.Faults);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("nul")]
    [InlineData("{\"can\":[\"wrap\"],\"can\":[\"admin\"]}")]
    [InlineData("{\"can\":\"wrap\"}")]
    [InlineData("{\"can\":[1]}")]
    [InlineData("{\"can\":[\"everything\"]}")]
    [InlineData("{\"can\":[]}")]
    [InlineData("{\"can\":[\"wrap\"]}")]
    [InlineData("{\"can\":[\"wrap\"],\"paths\":[\"../x\"]}")]
    [InlineData("{\"can\":[\"wrap\"],\"paths\":[\"a\"],\"ttl\":\"1\"}")]
    [InlineData("{\"can\":[\"wrap\"],\"paths\":[\"a\"],\"ttl\":\"99999999d\"}")]
    [InlineData("{\"can\":[\"audit\"],\"paths\":[\"a\"]}")]
    [InlineData("{\"can\":[\"audit\"],\"bogus\":1}")]
    [InlineData("{\"can\":[\"\\ud800\"]}")]
    public async Task A_body_that_is_not_as_documented_is_refused(string body)
    {
        Assert.Equal("bad_request", (await _broker.AdminAsync("POST", "tokens", body)).ShouldBe(400).Fault);
        Assert.Empty(_broker.Faults);
    }

    [Fact]
    public async Task A_body_beyond_the_bound_is_refused_whether_announced_or_not()
    {
        var large = new string('x', (1024 * 1024) + 1);
        (await _broker.AdminAsync("POST", "tokens", large)).ShouldBe(400);
        var chunked = await RawHttp.SendAsync(
            _broker, $"POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {_broker.AdminToken}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n{large.Length:x}\r\n{large}\r\n0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", chunked, StringComparison.Ordinal);
        Assert.Empty(_broker.Faults);
    }

    [Theory]
    [InlineData("POST", "/api/v1/tokens", """{"can":["admin"]}""", "GET", "tokens", 2)]
    [InlineData("PUT", "/api/v1/resources/default/a/b", "secret", "GET", "resources", 0)]
    public async Task A_token_that_is_ended_while_its_body_is_on_the_way_does_nothing_any_more(string method, string path, string body, string look, string what, int left)
    {
        var other = await _broker.TokenAsync([Permission.Admin], ["**"], null);
        var keep = await _broker.TokenAsync([Permission.Admin], ["**"], null);
        var status = await HeldBody.SendAsync(_broker, method, path, body, async () => (await _broker.SendAsync("DELETE", $"tokens/{_broker.AdminToken.Split('_')[1]}", other)).ShouldBe(204));
        Assert.Equal(401, status);
        Assert.Equal(left, (await _broker.SendAsync(look, what, keep)).ShouldBe(200).Json.AsArray().Count);
    }

    [Theory]
    [InlineData("GET", "resources?prefix={0}", 400)]
    [InlineData("GET", "resources?after={0}", 400)]
    [InlineData("GET", "hosts?after={0}", 400)]
    [InlineData("DELETE", "tokens/{0}", 404)]
    [InlineData("DELETE", "join-tokens/{0}", 404)]
    [InlineData("DELETE", "approval-rules/{0}", 404)]
    [InlineData("GET", "hosts/{0}", 404)]
    [InlineData("GET", "policies/{0}", 404)]
    [InlineData("GET", "references/{0}", 404)]
    [InlineData("DELETE", "trust/root/{0}", 404)]
    [InlineData("DELETE", "trust/{0}/a", 404)]
    [InlineData("GET", "audit?after={0}", 400)]
    [InlineData("GET", "audit/explain/{0}", 400)]
    public async Task Names_longer_than_any_key_are_no_fault_of_the_broker(string method, string path, int status)
    {
        (await _broker.AdminAsync(method, path.Replace("{0}", new string('a', 600), StringComparison.Ordinal))).ShouldBe(status);
        (await _broker.AdminAsync(method, path.Replace("{0}", string.Concat(Enumerable.Repeat("%E2%82%AC", 200)), StringComparison.Ordinal))).ShouldBe(status);
        Assert.Empty(_broker.Faults);
    }

    [Fact]
    public async Task An_announced_length_takes_no_memory_before_the_bytes_are_there()
    {
        var context = new DefaultHttpContext();
        context.Request.ContentLength = 7 * 1024 * 1024;
        context.Request.Body = new MemoryStream([1, 2, 3]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal([1, 2, 3], await RequestBody.ReadAsync(context.Request, 8 * 1024 * 1024, TestContext.Current.CancellationToken));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024 * 1024);
    }

    [Fact]
    public async Task Headers_beyond_the_bound_are_refused()
    {
        var answer = await RawHttp.SendAsync(_broker, $"GET /api/v1/tokens HTTP/1.1\r\nHost: x\r\nX: {new string('x', 64 * 1024)}\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 431 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_credentials_count_as_none()
    {
        var line = $"Authorization: Bearer {_broker.AdminToken}\r\n";
        var answer = await RawHttp.SendAsync(_broker, $"GET /api/v1/tokens HTTP/1.1\r\nHost: x\r\n{line}{line}Connection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 401 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Bodies_of_any_bytes_are_answered_without_a_fault()
    {
        byte[][] seeds = ["{\"can\":[\"wrap\"],\"paths\":[\"default/*\"],\"ttl\":\"24h\",\"comment\":\"x\"}"u8.ToArray()];
        Fuzzing.Run("admin bodies", seeds, (input, _) =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{_broker.Address}/api/v1/tokens") { Content = new ByteArrayContent(input) };
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {_broker.AdminToken}");
            using var response = _broker.Client.Send(request, TestContext.Current.CancellationToken);
            Assert.Contains((int)response.StatusCode, (int[])[201, 400]);
        }, rounds: 300);
        Assert.Empty(_broker.Faults);
    }

    [Fact]
    public void Credentials_of_any_characters_are_answered_without_a_fault()
    {
        var header = $"Bearer {_broker.AdminToken}";
        Fuzzing.Run("bearer headers", [Encoding.ASCII.GetBytes(header)], (input, _) =>
        {
            var text = Encoding.Latin1.GetString(input).ReplaceLineEndings("").Replace("\0", "", StringComparison.Ordinal).Trim();
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{_broker.Address}/api/v1/tokens");
            request.Headers.TryAddWithoutValidation("Authorization", text);
            using var response = _broker.Client.Send(request, TestContext.Current.CancellationToken);
            var right = text.StartsWith("bearer ", StringComparison.OrdinalIgnoreCase) && text[7..].Trim(' ') == _broker.AdminToken;
            // What is not text at all, the server refuses itself.
            Assert.Contains((int)response.StatusCode, right ? [200] : text.All(char.IsAscii) ? [401] : (int[])[400, 401]);
        }, rounds: 300);
        Assert.Empty(_broker.Faults);
    }
}
