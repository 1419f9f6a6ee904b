using System.Text;
using Coffer.Oci;
using Coffer.Registry.Auth;
using Coffer.Registry.Tests.Remote;
using Coffer.Support;

namespace Coffer.Registry.Tests.Auth;

public sealed class AuthFileTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    private static string Entry(string key, string user) => $$"""{"auths":{"{{key}}":{"auth":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(user + ":p:w"))}}"} } }""";

    private Task<RegistryCredentials?> FindAsync(params (string, string)[] variables) => AuthFiles.FindAsync("registry.example", "team/app", OwnPlaces.Of(_temp.Path, variables));

    [Fact]
    public async Task Files_are_looked_at_in_the_documented_order()
    {
        Assert.Null(await FindAsync());
        _temp.Write("home/.dockercfg", Entry("registry.example", "oldest")[9..^1]);
        Assert.Equal("oldest", (await FindAsync())!.User);
        _temp.Write("home/.docker/config.json", Entry("https://registry.example/v1/", "docker"));
        Assert.Equal("docker", (await FindAsync())!.User);
        _temp.Write("other/config.json", Entry("registry.example", "docker-config"));
        Assert.Equal("docker-config", (await FindAsync(("DOCKER_CONFIG", _temp.Combine("other"))))!.User);
        _temp.Write("home/.config/containers/auth.json", Entry("registry.example", "home"));
        Assert.Equal("home", (await FindAsync())!.User);
        _temp.Write("xdg/containers/auth.json", Entry("registry.example", "runtime"));
        Assert.Equal("runtime", (await FindAsync(("XDG_RUNTIME_DIR", _temp.Combine("xdg"))))!.User);
        var named = _temp.Write("named.json", Entry("registry.example", "named"));
        var found = await FindAsync(("REGISTRY_AUTH_FILE", named), ("XDG_RUNTIME_DIR", _temp.Combine("xdg")));
        Assert.Equal(("named", "p:w"), (found!.User, found.Password));
    }

    [Theory]
    [InlineData("registry.example/team/app", true)]
    [InlineData("registry.example/team", true)]
    [InlineData("registry.example", true)]
    [InlineData("registry.example/tea", false)]
    [InlineData("registry.example/other", false)]
    [InlineData("registry.example:5000", false)]
    [InlineData("example", false)]
    public async Task A_key_serves_its_own_part_of_the_registry(string key, bool serves) =>
        Assert.Equal(serves, await AuthFile.Read(_temp.Write("a.json", Entry(key, "u")), false).FindAsync("registry.example", "team/app", OwnPlaces.Empty.Places) is not null);

    [Fact]
    public async Task The_longest_key_wins()
    {
        var both = _temp.Write("a.json", """{"auths":{"registry.example":{"auth":"aG9zdDpw"},"registry.example/team":{"auth":"dGVhbTpw"}}}""");
        Assert.Equal("team", (await AuthFile.Read(both, false).FindAsync("registry.example", "team/app", OwnPlaces.Empty.Places))!.User);
        Assert.Equal("host", (await AuthFile.Read(both, false).FindAsync("registry.example", "teams/app", OwnPlaces.Empty.Places))!.User);
    }

    [Theory]
    [InlineData("""{"auths":{"registry.example":{"auth":"???"}}}""")]
    [InlineData("""{"auths":{"registry.example":{"auth":"bm9jb2xvbg=="}}}""")]
    [InlineData("""[]""")]
    [InlineData("{\"auths\":")]
    public async Task A_file_that_cannot_be_understood_is_named_without_its_text(string text)
    {
        var path = _temp.Write("bad.json", text);
        var error = await Assert.ThrowsAsync<CofferException>(() => AuthFiles.FindAsync("registry.example", "x", OwnPlaces.Empty with { AuthFile = path }));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("bm9jb2xvbg", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_named_file_that_is_missing_is_wrong_usage()
    {
        var error = await Assert.ThrowsAsync<CofferException>(() => AuthFiles.FindAsync("registry.example", "x", OwnPlaces.Empty with { AuthFile = "/nowhere/auth.json" }));
        Assert.Equal(ExitStatus.Usage, error.ExitStatus);
    }

    [Theory]
    [InlineData("credHelpers")]
    [InlineData("credsStore")]
    public async Task A_credential_helper_on_PATH_is_asked_for_the_host(string member)
    {
        Helper("read host; printf '{\"ServerURL\":\"%s\",\"Username\":\"%s\",\"Secret\":\"s3cret\"}' \"$host\" \"$1-$host\"");
        var found = await AskAsync(member);
        Assert.Equal(("get-registry.example", "s3cret"), (found!.User, found.Password));
    }

    [Fact]
    public async Task A_helper_that_hands_out_an_identity_token_says_so_in_place_of_the_user()
    {
        Helper("cat > /dev/null; echo '{\"Username\":\"<token>\",\"Secret\":\"refresh\"}'");
        Assert.Equal("refresh", (await AskAsync("credHelpers"))!.IdentityToken);
    }

    [Fact]
    public async Task A_helper_that_has_nothing_is_no_error_and_one_that_fails_is()
    {
        Helper("echo 'credentials not found in native keychain'; exit 1");
        Assert.Null(await AskAsync("credsStore"));
        Helper("echo 'the keychain is locked' >&2; exit 1");
        Assert.Contains("the keychain is locked", (await Assert.ThrowsAsync<CofferException>(() => AskAsync("credsStore"))).Message, StringComparison.Ordinal);
        Helper("echo 'not json s3cret'");
        Assert.DoesNotContain("s3cret", (await Assert.ThrowsAsync<CofferException>(() => AskAsync("credsStore"))).Message, StringComparison.Ordinal);
        Helper("head -c 70000 /dev/zero");
        Assert.Contains("65536 bytes", (await Assert.ThrowsAsync<CofferException>(() => AskAsync("credsStore"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("../../bin/sh")]
    public async Task A_helper_that_is_not_there_or_is_a_path_is_refused(string name)
    {
        var path = _temp.Write("a.json", $$"""{"credsStore":"{{name}}"}""");
        await Assert.ThrowsAsync<CofferException>(() => AuthFile.Read(path, true).FindAsync("registry.example", "x", OwnPlaces.Empty.Places));
    }

    private void Helper(string body)
    {
        var path = _temp.Write("bin/docker-credential-test", "#!/bin/sh\n" + body + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
    }

    private Task<RegistryCredentials?> AskAsync(string member)
    {
        var path = _temp.Write("a.json", member == "credsStore" ? """{"credsStore":"test"}""" : """{"credHelpers":{"registry.example":"test"}}""");
        var places = OwnPlaces.Of(_temp.Path, ("PATH", _temp.Combine("bin") + ":/usr/bin:/bin")).Places;
        return AuthFile.Read(path, false).FindAsync("registry.example", "team/app", places);
    }

    public void Dispose() => _temp.Dispose();
}
