using System.Net;
using System.Security.Cryptography.X509Certificates;
using Coffer.KeyBroker.Tests.Running;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Access;

/// <summary>Client certificates that openssl made, at the same port as everything else.</summary>
public sealed class ClientCertificateTests : IAsyncLifetime
{
    private readonly TempDirectory _folder = new();
    private RunningBroker _broker = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await RunningBroker.StartAsync();
        await AuthorityAsync("ca");
        await AuthorityAsync("other");
        await LoadAsync("""
            {"certificates":{"ca":"ca.pem","grants":[
              {"match":{"subject":"CN=alice,O=Example"},"role":"admin"},
              {"match":{"uri":"spiffe://example/team-a"},"role":"key-owner","paths":"team-a/**"},
              {"match":{"ou":"audit","o":["Example","Sample"]},"role":"auditor"}]}}
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("/O=Example/CN=alice", "", "GET tokens", 200)]
    [InlineData("/CN=alice/O=Example", "", "GET tokens", 403)] // another order is another name
    [InlineData("/O=Other/CN=alice", "", "GET tokens", 403)]
    [InlineData("/CN=build", "subjectAltName=URI:spiffe://example/team-a", "PUT resources/team-a/a/b", 200)]
    [InlineData("/CN=build", "subjectAltName=URI:spiffe://example/team-a", "PUT resources/team-b/a/b", 403)]
    [InlineData("/CN=build", "subjectAltName=DNS:spiffe.example", "PUT resources/team-a/a/b", 403)]
    [InlineData("/O=Sample/OU=audit/CN=eve", "", "GET audit", 200)]
    [InlineData("/OU=audit/CN=eve", "", "GET audit", 403)]
    public async Task Roles_come_from_the_names_in_it(string subject, string extension, string call, int status)
    {
        using var client = await ClientAsync("ca", subject, extension);
        Assert.Equal(status, await StatusAsync(client, call));
    }

    [Fact]
    public async Task The_audit_names_the_subject()
    {
        using var client = await ClientAsync("ca", "/O=Example/CN=alice");
        Assert.Equal(200, await StatusAsync(client, "PUT resources/a/b/c"));
        Assert.Equal("cert:CN=alice,O=Example", Assert.Single(_broker.Audit.Entries, e => e.Action == "resource.put").Actor);
    }

    [Theory]
    [InlineData("other", "", 1)]
    [InlineData("ca", "extendedKeyUsage=serverAuth", 1)]
    [InlineData("ca", "", -1)]
    public async Task Another_authority_another_use_and_one_that_is_over_are_refused(string authority, string extension, int days)
    {
        using var client = await ClientAsync(authority, "/O=Example/CN=alice", extension);
        if (days < 0) _broker.Clock.Advance(TimeSpan.FromDays(3));
        Assert.Equal(401, await StatusAsync(client, "GET tokens"));
    }

    [Fact]
    public async Task A_token_that_is_sent_counts_and_the_certificate_does_not()
    {
        using var client = await ClientAsync("ca", "/O=Example/CN=alice");
        Assert.Equal(401, await StatusAsync(client, "GET tokens", "coffer_0123456789abcdef_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
        Assert.Equal(403, await StatusAsync(client, "GET tokens", await _broker.TokenAsync([KeyBroker.Access.Role.Audit], [], null)));
    }

    [Fact]
    public async Task Whoever_has_none_is_served_as_before_and_a_file_that_is_loaded_anew_counts_at_once()
    {
        (await _broker.AdminAsync("GET", "tokens")).ShouldBe(200);
        (await _broker.SendAsync("GET", "tokens")).ShouldBe(401);
        using var client = await ClientAsync("ca", "/O=Example/CN=alice");
        Assert.Equal(200, await StatusAsync(client, "GET tokens"));
        await LoadAsync("""{"certificates":{"ca":"other.pem","grants":[{"match":{"cn":"alice"},"role":"admin"}]}}""");
        Assert.Equal(401, await StatusAsync(client, "GET tokens")); // on the connection that is open
    }

    [Fact]
    public async Task Curl_is_let_in_with_one()
    {
        await IssueAsync("ca", "alice", "/O=Example/CN=alice", "");
        _broker.Clock.Advance(TimeSpan.FromMinutes(1));
        var ca = _folder.Write("broker-ca.pem", _broker.AuthorityPem);
        var run = await Peers.RunAsync("curl", "--silent", "--show-error", "--noproxy", "*", "--cacert", ca, "--cert", _folder.Combine("alice.pem"), "--key", _folder.Combine("alice.key"), $"{_broker.Address}/api/v1/tokens");
        Assert.StartsWith("[", run.ShouldSucceed().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_the_authoritys_list_names_is_refused_from_the_moment_the_list_is_read()
    {
        await ListAsync("ca", days: 2);
        await LoadAsync(WithLists("ca.crl"));
        using var client = await ClientAsync("ca", "/O=Example/CN=alice");
        Assert.Equal(200, await StatusAsync(client, "GET tokens"));

        await ListAsync("ca", days: 2, revoked: "client");
        Assert.Equal(200, await StatusAsync(client, "GET tokens"));
        await LoadAsync(WithLists("ca.crl"));
        Assert.Equal(401, await StatusAsync(client, "GET tokens"));
    }

    [Fact]
    public async Task A_list_that_has_ended_lets_nobody_in_until_a_current_one_is_read()
    {
        await ListAsync("ca", days: 1);
        using var client = await ClientAsync("ca", "/O=Example/CN=alice");
        Assert.Empty(await LoadAsync(WithLists("ca.crl")));
        Assert.Equal(200, await StatusAsync(client, "GET tokens"));

        _broker.Clock.Advance(TimeSpan.FromDays(1));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{_broker.Address}/api/v1/tokens") { Version = HttpVersion.Version20 };
        using var refused = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(401, (int)refused.StatusCode);
        Assert.Contains("the revocation list of CN=ca ended at", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("ended at", Assert.Single(await LoadAsync(WithLists("ca.crl"))), StringComparison.Ordinal);
        (await _broker.AdminAsync("GET", "tokens")).ShouldBe(200); // tokens count as before

        await ListAsync("ca", days: 30);
        Assert.Empty(await LoadAsync(WithLists("ca.crl")));
        Assert.Equal(200, await StatusAsync(client, "GET tokens"));
    }

    [Fact]
    public async Task Without_a_list_of_its_issuer_no_certificate_counts_and_a_strangers_list_is_refused()
    {
        await ListAsync("ca", days: 2);
        await ListAsync("other", days: 2);
        var wrong = await Assert.ThrowsAsync<BrokerException>(() => LoadAsync(WithLists("other.crl")));
        Assert.Contains("CN=other and not signed by an authority", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("cannot be used", (await Assert.ThrowsAsync<BrokerException>(() => LoadAsync(WithLists("absent.crl")))).Message, StringComparison.Ordinal);
        Assert.Contains("holds none", (await Assert.ThrowsAsync<BrokerException>(() => LoadAsync(WithLists("ca.pem")))).Message, StringComparison.Ordinal);

        await File.WriteAllTextAsync(_folder.Combine("both.pem"), await File.ReadAllTextAsync(_folder.Combine("ca.pem")) + await File.ReadAllTextAsync(_folder.Combine("other.pem")));
        await LoadAsync(WithLists("other.crl").Replace("\"ca.pem\"", "\"both.pem\"", StringComparison.Ordinal));
        using var client = await ClientAsync("ca", "/O=Example/CN=alice");
        Assert.Equal(401, await StatusAsync(client, "GET tokens"));
        await LoadAsync(WithLists("""["other.crl","ca.crl"]""").Replace("\"ca.pem\"", "\"both.pem\"", StringComparison.Ordinal));
        Assert.Equal(200, await StatusAsync(client, "GET tokens"));
    }

    private static string WithLists(string lists) =>
        $$$"""{"certificates":{"ca":"ca.pem","crl":{{{(lists.StartsWith('[') ? lists : $"\"{lists}\"")}}},"grants":[{"match":{"cn":"alice"},"role":"admin"}]}}""";

    // By openssl's own authority: its database names what is revoked.
    private async Task ListAsync(string authority, int days, string? revoked = null)
    {
        var configuration = _folder.Write($"{authority}.cnf", $"[ca]\ndefault_ca=one\n[one]\ndatabase={_folder.Combine($"{authority}.txt")}\ndefault_md=sha256\n");
        if (!File.Exists(_folder.Combine($"{authority}.txt"))) _folder.Write($"{authority}.txt", "");
        string[] signer = ["-config", configuration, "-cert", _folder.Combine($"{authority}.pem"), "-keyfile", _folder.Combine($"{authority}.key")];
        if (revoked is not null) (await Peers.RunAsync("openssl", ["ca", .. signer, "-revoke", _folder.Combine($"{revoked}.pem")])).ShouldSucceed();
        (await Peers.RunAsync("openssl", ["ca", .. signer, "-gencrl", "-crldays", days.ToString(System.Globalization.CultureInfo.InvariantCulture), "-out", _folder.Combine($"{authority}.crl")])).ShouldSucceed();
    }

    private Task<IReadOnlyList<string>> LoadAsync(string rules) => _broker.Parts.Identities.LoadAsync(_folder.Write("access.json", rules), TestContext.Current.CancellationToken);

    private async Task AuthorityAsync(string name) => (await Peers.RunAsync(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", $"/CN={name}",
        "-keyout", _folder.Combine($"{name}.key"), "-out", _folder.Combine($"{name}.pem"))).ShouldSucceed();

    private async Task IssueAsync(string authority, string name, string subject, string extension)
    {
        var (request, key) = (_folder.Combine($"{name}.csr"), _folder.Combine($"{name}.key"));
        (await Peers.RunAsync("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject, "-keyout", key, "-out", request)).ShouldSucceed();
        var extensions = _folder.Write($"{name}.ext", extension.Contains("extendedKeyUsage", StringComparison.Ordinal) ? extension : $"extendedKeyUsage=clientAuth\n{extension}\n");
        (await Peers.RunAsync(
            "openssl", "x509", "-req", "-in", request, "-days", "2", "-CA", _folder.Combine($"{authority}.pem"), "-CAkey", _folder.Combine($"{authority}.key"), "-CAcreateserial",
            "-extfile", extensions, "-out", _folder.Combine($"{name}.pem"))).ShouldSucceed();
    }

    private async Task<HttpClient> ClientAsync(string authority, string subject, string extension = "")
    {
        await IssueAsync(authority, "client", subject, extension);
        _broker.Clock.Advance(TimeSpan.FromMinutes(1)); // it stands still, and the certificate may have begun since
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(_broker.AuthorityPem));
        var certificate = X509Certificate2.CreateFromPemFile(_folder.Combine("client.pem"), _folder.Combine("client.key"));
        return new HttpClient(new SocketsHttpHandler { UseProxy = false, SslOptions = { CertificateChainPolicy = policy, ClientCertificates = [certificate], LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate } });
    }

    private async Task<int> StatusAsync(HttpClient client, string call, string? token = null)
    {
        var (method, path) = (call.Split(' ')[0], call.Split(' ')[1]);
        using var request = new HttpRequestMessage(new HttpMethod(method), $"{_broker.Address}/api/v1/{path}") { Version = HttpVersion.Version20, Content = method == "PUT" ? new ByteArrayContent([1]) : null };
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpVersion.Version20, response.Version);
        return (int)response.StatusCode;
    }
}
