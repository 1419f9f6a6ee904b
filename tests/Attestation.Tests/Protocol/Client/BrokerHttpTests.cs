using Coffer.Attestation.Protocol.Client;
using Coffer.Support;

namespace Coffer.Attestation.Tests.Protocol.Client;

public sealed class BrokerHttpTests
{
    private static readonly BrokerRequest Get = new(HttpMethod.Get, "x", 1000);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_broker_whose_CA_is_given_is_spoken_to_and_its_headers_are_told()
    {
        await using var server = new LoopbackServer(_ => new Reply(418, "body"u8.ToArray(), "X-Request-Id: 7f3a\x01", "Set-Cookie: other=1", "Set-Cookie: kbs-session-id=abc123; Path=/"));
        using var http = Client(server.Address, server.CaFile);
        var answer = await http.SendAsync(Get with { Bearer = "a.b.c", SessionId = "def" }, Cancel);
        Assert.Equal((418, "body", "abc123"), (answer.Status, System.Text.Encoding.ASCII.GetString(answer.Body), answer.SessionId));
        Assert.Equal("Bearer a.b.c", server.Requests[0].Headers["Authorization"]);
        Assert.Equal("kbs-session-id=def", server.Requests[0].Headers["Cookie"]);
        Assert.StartsWith("coffer/", server.Requests[0].Headers["User-Agent"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_CA_or_none_or_another_name_is_not_trusted()
    {
        await using var server = new LoopbackServer(_ => new Reply(200, []));
        await using var other = new LoopbackServer(_ => new Reply(200, []));
        foreach (var (address, ca) in new[] { (server.Address, other.CaFile), (server.Address, null), (new Uri($"https://localhost:{server.Port}"), server.CaFile) })
        {
            using var http = Client(address, ca);
            Assert.Equal(AttestationFault.Untrusted, (await Assert.ThrowsAsync<AttestationException>(() => http.SendAsync(Get, Cancel))).Fault);
        }
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Redirects_are_not_followed_and_answers_are_bounded()
    {
        await using var server = new LoopbackServer(r => r.Path == "/x" ? new Reply(302, [], "Location: /elsewhere") : new Reply(200, new byte[1001]));
        using var http = Client(server.Address, server.CaFile);
        Assert.Contains("redirects", (await Assert.ThrowsAsync<AttestationException>(() => http.SendAsync(Get, Cancel))).Message, StringComparison.Ordinal);
        Assert.Contains("more than 1000 bytes", (await Assert.ThrowsAsync<AttestationException>(() => http.SendAsync(Get with { Path = "long" }, Cancel))).Message, StringComparison.Ordinal);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_broker_that_does_not_answer_is_given_up()
    {
        using var hold = new ManualResetEventSlim();
        await using var server = new LoopbackServer(_ => { hold.Wait(TimeSpan.FromSeconds(20)); return new Reply(200, []); });
        using var http = new BrokerHttp(new BrokerHttpOptions(server.Address) { CaFile = server.CaFile, Timeout = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        var failure = await Assert.ThrowsAsync<AttestationException>(() => http.SendAsync(Get, Cancel));
        hold.Set();
        Assert.Equal(AttestationFault.Unreachable, failure.Fault);
        Assert.Contains("within 1 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_takes_the_connection_and_says_nothing_is_unreachable_and_nothing_was_cancelled()
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        using var http = new BrokerHttp(new BrokerHttpOptions(new Uri($"https://{silent.LocalEndpoint}")) { ConnectTimeout = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        var failure = await Assert.ThrowsAsync<AttestationException>(() => http.SendAsync(Get, Cancel));
        Assert.Equal(AttestationFault.Unreachable, failure.Fault);
        Assert.Contains("within 1 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_connection_is_tried_again_only_where_asked()
    {
        var port = LoopbackPort.Free();
        using var once = new BrokerHttp(new BrokerHttpOptions(new Uri($"https://127.0.0.1:{port}")), TimeProvider.System);
        Assert.Contains("nothing listens", (await Assert.ThrowsAsync<AttestationException>(() => once.SendAsync(Get, Cancel))).Message, StringComparison.Ordinal);
        var began = TimeProvider.System.GetTimestamp();
        using var patient = new BrokerHttp(new BrokerHttpOptions(new Uri($"https://127.0.0.1:{port}")) { RetryRefusedFor = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        Assert.Equal(AttestationFault.Unreachable, (await Assert.ThrowsAsync<AttestationException>(() => patient.SendAsync(Get, Cancel))).Fault);
        Assert.True(TimeProvider.System.GetElapsedTime(began) >= TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("https://user:pass@127.0.0.1")]
    [InlineData("https://127.0.0.1/?x=1")]
    [InlineData("relative")]
    public void Addresses_without_TLS_or_that_are_none_are_refused(string address) =>
        Assert.Throws<AttestationException>(() => new BrokerHttp(new BrokerHttpOptions(new Uri(address, UriKind.RelativeOrAbsolute)), TimeProvider.System));

    [Fact]
    public async Task Plain_HTTP_is_spoken_where_it_is_allowed_and_a_path_in_front_is_kept()
    {
        await using var server = new LoopbackServer(_ => new Reply(200, []), tls: false);
        using var http = new BrokerHttp(new BrokerHttpOptions(new Uri(server.Address + "front")) { InsecureHttp = true }, TimeProvider.System);
        Assert.Equal(200, (await http.SendAsync(Get, Cancel)).Status);
        Assert.Equal("/front/x", server.Requests[0].Path);
    }

    [Fact]
    public void A_CA_file_that_is_none_is_refused_at_once()
    {
        using var folder = new TempDirectory();
        foreach (var file in new[] { folder.Combine("absent"), folder.Write("empty", ""), folder.Write("broken", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n") })
            Assert.Equal(AttestationFault.Malformed, Assert.Throws<AttestationException>(() => Client(new Uri("https://127.0.0.1"), file)).Fault);
    }

    private static BrokerHttp Client(Uri address, string? ca) => new(new BrokerHttpOptions(address) { CaFile = ca }, TimeProvider.System);
}
