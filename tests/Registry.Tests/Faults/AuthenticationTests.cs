using System.Text;
using Coffer.Oci;
using Coffer.Registry.Auth;
using Microsoft.AspNetCore.Http;

namespace Coffer.Registry.Tests.Faults;

public sealed class AuthenticationTests : FaultyRegistryTest
{
    private static readonly RegistryCredentials User = new("user", "pa:ss");
    private static readonly string UserHeader = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("user:pa:ss"));

    private int _tokens;

    // A registry with a token service at /token of the same host; a token names the scope it was given for.
    private void UseTokens(Action<HttpContext>? onToken = null, string? realm = null, int expires = 300) => Registry.Fault = async c =>
    {
        if (c.Request.Path == "/token")
        {
            if (onToken is not null) onToken(c);
            if (c.Response.StatusCode == 200) await c.Response.WriteAsync($$"""{"token":"t{{Interlocked.Increment(ref _tokens)}}","expires_in":{{expires}}}""");
            return true;
        }
        if (c.Request.Headers.Authorization.ToString().StartsWith("Bearer t", StringComparison.Ordinal)) return false;
        c.Response.Headers.WWWAuthenticate = $"Bearer realm=\"{realm ?? $"http://{Registry.Host}/token"}\",service=\"the registry\",scope=\"repository:team/app:pull,extra\"";
        c.Response.StatusCode = 401;
        return true;
    };

    private IEnumerable<SeenRequest> TokenRequests => Registry.Seen.Where(r => r.Path.StartsWith("/token", StringComparison.Ordinal));

    [Fact]
    public async Task An_anonymous_pull_fetches_a_token_for_its_scope_without_credentials()
    {
        var manifest = Registry.AddManifest("1", SmallManifest());
        UseTokens();
        Assert.Equal(manifest.Digest, (await ReadRootAsync()).Digest);
        var request = Assert.Single(TokenRequests);
        Assert.Equal("/token?service=the%20registry&scope=repository%3Ateam%2Fapp%3Apull", request.Path);
        Assert.Equal("", request.Authorization);
    }

    [Fact]
    public async Task A_token_serves_for_every_request_of_its_scope_until_it_runs_out()
    {
        Registry.AddManifest("1", SmallManifest());
        var blob = Registry.AddBlob(Noise(10));
        UseTokens();
        await using var source = await SourceAsync(Options with { Credentials = User });
        await source.GetRootAsync(Cancel);
        await (await source.OpenBlobAsync(blob, Cancel)).DisposeAsync();
        Assert.Equal(UserHeader, Assert.Single(TokenRequests).Authorization);
        Clock.Offset = TimeSpan.FromSeconds(299);
        await (await source.OpenBlobAsync(blob, Cancel)).DisposeAsync();
        Assert.Equal(2, TokenRequests.Count());
        // The password went to the token service alone.
        Assert.DoesNotContain(Registry.Seen, r => r.Authorization.StartsWith("Basic", StringComparison.Ordinal) && !r.Path.StartsWith("/token", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_that_is_refused_is_renewed_once_with_the_scope_that_the_registry_names()
    {
        Registry.AddManifest("1", SmallManifest());
        UseTokens();
        var tokens = Registry.Fault;
        Registry.Fault = async c =>
        {
            if (c.Request.Headers.Authorization.ToString() == "Bearer t1") c.Request.Headers.Authorization = "Bearer expired";
            return await tokens(c);
        };
        await ReadRootAsync();
        Assert.Equal("/token?service=the%20registry&scope=repository%3Ateam%2Fapp%3Apull&scope=repository%3Ateam%2Fapp%3Apull%2Cextra", TokenRequests.Last().Path);
        Assert.Equal(2, TokenRequests.Count());
    }

    [Fact]
    public async Task A_registry_that_refuses_every_token_is_not_asked_without_end()
    {
        UseTokens();
        var tokens = Registry.Fault;
        Registry.Fault = async c =>
        {
            c.Request.Headers.Authorization = "";
            return await tokens(c);
        };
        var error = await FailsAsync(() => ReadRootAsync(Options with { Credentials = User }));
        Assert.Contains("(401)", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, TokenRequests.Count());
    }

    [Fact]
    public async Task Wrong_credentials_are_said_to_be_wrong_and_never_shown()
    {
        UseTokens(c => c.Response.StatusCode = 401);
        var error = await FailsAsync(() => ReadRootAsync(Options with { Credentials = User }));
        Assert.Contains("does not accept user (401)", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pa:ss", error.ToString(), StringComparison.Ordinal);
        Assert.Single(TokenRequests);
    }

    [Fact]
    public async Task An_identity_token_is_traded_with_POST()
    {
        Registry.AddManifest("1", SmallManifest());
        string? form = null;
        UseTokens(c => form = $"{c.Request.Method} {string.Join('&', c.Request.ReadFormAsync().Result.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}={f.Value}"))}");
        await ReadRootAsync(Options with { Credentials = RegistryCredentials.FromIdentityToken("refresh-me") });
        Assert.Equal("POST client_id=coffer&grant_type=refresh_token&refresh_token=refresh-me&scope=repository:team/app:pull&service=the registry", form);
        Assert.Equal("", Assert.Single(TokenRequests).Authorization);
    }

    [Theory]
    [InlineData("http://auth.registry.example/token")]
    [InlineData("http://169.254.169.254/latest")]
    [InlineData("https://169.254.169.254/latest")]
    [InlineData("ftp://registry.example/token")]
    [InlineData("https://user:password@registry.example/token")]
    [InlineData("not an address")]
    [InlineData("")]
    public void A_hostile_realm_gets_nothing(string realm)
    {
        foreach (var plainAllowed in new[] { false, true })
        {
            var error = Assert.Throws<CofferException>(() => RealmRule.Check(realm, new Uri("https://registry.example/"), plainAllowed));
            Assert.Equal(ExitStatus.Denied, error.ExitStatus);
        }
    }

    [Theory]
    [InlineData("https://auth.elsewhere.example/token", false)]
    [InlineData("https://registry.example:8443/token", false)]
    [InlineData("http://registry.example:8080/token", true)]
    public void A_realm_over_TLS_or_on_the_registry_itself_is_accepted(string realm, bool plainAllowed) =>
        Assert.Equal(new Uri(realm), RealmRule.Check(realm, new Uri("https://registry.example/"), plainAllowed));

    [Fact]
    public void A_realm_over_plain_HTTP_needs_plain_HTTP_allowed() =>
        Assert.Throws<CofferException>(() => RealmRule.Check("http://registry.example/token", new Uri("https://registry.example/"), false));

    [Fact]
    public async Task A_realm_that_we_do_not_go_to_ends_the_command_with_the_status_for_denied()
    {
        UseTokens(realm: "http://evil.example/token");
        var error = await FailsAsync(() => ReadRootAsync(Options with { Credentials = User }));
        Assert.Equal(ExitStatus.Denied, error.ExitStatus);
        Assert.Empty(TokenRequests);
    }

    [Theory]
    [InlineData("""{"token":""}""")]
    [InlineData("""{"token":"a\r\nX-Evil: 1"}""")]
    [InlineData("""[]""")]
    [InlineData("<html>")]
    public async Task A_token_service_without_a_usable_token_is_an_error(string answer)
    {
        UseTokens();
        var tokens = Registry.Fault;
        Registry.Fault = async c =>
        {
            if (c.Request.Path != "/token") return await tokens(c);
            await c.Response.WriteAsync(answer);
            return true;
        };
        Assert.Contains("no token", (await FailsAsync(() => ReadRootAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Basic_credentials_are_sent_only_after_the_registry_asked()
    {
        Registry.AddManifest("1", SmallManifest());
        Registry.Fault = c =>
        {
            if (c.Request.Headers.Authorization == UserHeader) return Task.FromResult(false);
            c.Response.Headers.WWWAuthenticate = "Negotiate, Basic realm=\"x\", charset=UTF-8";
            c.Response.StatusCode = 401;
            return Task.FromResult(true);
        };
        await ReadRootAsync(Options with { Credentials = User });
        Assert.Equal(["", UserHeader], Registry.Seen.Select(r => r.Authorization));
    }

    [Fact]
    public async Task No_credentials_means_none()
    {
        Registry.Fault = c =>
        {
            c.Response.Headers.WWWAuthenticate = "Basic realm=\"x\"";
            c.Response.StatusCode = 401;
            return Task.FromResult(true);
        };
        var error = await FailsAsync(() => ReadRootAsync(Options with { Credentials = User, NoCredentials = true }));
        Assert.All(Registry.Seen, r => Assert.Equal("", r.Authorization));
        Assert.Contains("--src-creds", error.Hint, StringComparison.Ordinal);
    }
}
