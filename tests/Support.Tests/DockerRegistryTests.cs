using System.Net;
using Coffer.Support;

namespace Coffer.Support.Tests;

public sealed class DockerRegistryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Plain_registry_answers_and_logs_the_request()
    {
        await using var registry = await DockerRegistry.StartAsync(cancellationToken: Cancellation);
        using var client = registry.CreateClient();
        using var response = await client.GetAsync(new Uri("v2/a/tags/list", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        await EventuallyAsync(() => registry.Requests.Contains("GET /v2/a/tags/list 404"));
    }

    [Fact]
    public async Task Tls_registry_is_trusted_through_its_own_authority_only()
    {
        await using var registry = await DockerRegistry.StartAsync(new DockerRegistryOptions { Tls = true }, Cancellation);
        using var client = registry.CreateClient();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client));
        using var stranger = new HttpClient { BaseAddress = registry.Address };
        await Assert.ThrowsAsync<HttpRequestException>(() => StatusAsync(stranger));
        Assert.True(File.Exists(Path.Combine(registry.CertificateDirectory, "ca.crt")));
    }

    [Fact]
    public async Task Basic_registry_asks_for_the_password()
    {
        var options = new DockerRegistryOptions { Authentication = RegistryAuthentication.Basic };
        await using var registry = await DockerRegistry.StartAsync(options, Cancellation);
        using var stranger = registry.CreateClient(authenticated: false);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(stranger));
        using var client = registry.CreateClient();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client));
    }

    [Fact]
    public async Task Token_registry_lets_skopeo_push_and_pull_with_the_right_password_only()
    {
        var skopeo = Peers.Require("skopeo");
        var options = new DockerRegistryOptions { Authentication = RegistryAuthentication.Token, Tls = true };
        await using var registry = await DockerRegistry.StartAsync(options, Cancellation);
        using var folder = new TempDirectory();
        var image = SmallImage.WriteLayout(folder.Combine("image"));
        var reference = $"docker://{registry.Host}/team/empty:1";
        string[] push = ["copy", "--dest-cert-dir", registry.CertificateDirectory, "--dest-creds"];
        (await Tool.RunAsync(skopeo, [.. push, registry.Credentials, $"oci:{image}:1", reference])).ShouldSucceed();
        Assert.Contains(registry.Tokens!.Requests, r => r.StartsWith("200 ", StringComparison.Ordinal) && r.Contains("push", StringComparison.Ordinal));
        var refused = await Tool.RunAsync(skopeo, [.. push, "tester:wrong", $"oci:{image}:1", reference]);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains(registry.Tokens.Requests, r => r.StartsWith("401 ", StringComparison.Ordinal));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using var response = await client.GetAsync(new Uri("v2/", UriKind.Relative), Cancellation);
        return response.StatusCode;
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        for (var wait = 0; wait < 100 && !condition(); wait++)
            await Task.Delay(50, Cancellation);
        Assert.True(condition());
    }
}
