using System.Text.Json;
using Coffer.KeyProvider.Tests.Daemon;
using Coffer.Support;

namespace Coffer.KeyProvider.Tests.Configuration;

/// <summary><c>coffer keyprovider config</c> of the published executable: what it prints works unchanged in skopeo.</summary>
public sealed class RuntimeConfigTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly string _image;

    public RuntimeConfigTests()
    {
        ServeProcess.MakeKeys(_folder);
        _image = SmallImage.WriteLayout(_folder.Combine("image"));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Skopeo_encrypts_and_decrypts_through_the_command_printed()
    {
        var file = await PrintAsync("--cmd", "--local-keys", "keys");

        await RoundTripAsync(file, "provider:coffer:keyid=team-a", "provider:coffer");
    }

    [Fact]
    public async Task Skopeo_encrypts_and_decrypts_through_the_socket_printed()
    {
        using var daemon = await ServeProcess.StartAsync("--socket", _folder.Combine("kp.sock"), "--local-keys", _folder.Combine("keys"), "--provider", "team");
        var file = await PrintAsync("--socket", "kp.sock", "--name", "team");

        await RoundTripAsync(file, "provider:team:keyid=team-a", "provider:team");
    }

    [Fact]
    public async Task Command_has_absolute_paths_and_only_what_makes_a_difference()
    {
        using var printed = JsonDocument.Parse(await File.ReadAllTextAsync(await PrintAsync(
            "--cmd", "--local-keys", "keys", "--default-key", "team-a", "--provider", "coffer", "--provider", "team=local", "--call-timeout", "5s", "--log-format", "json", "--cache", "9s")));

        var command = printed.RootElement.GetProperty("key-providers").GetProperty("coffer").GetProperty("cmd");
        Assert.Equal(CofferBinary.Require(), command.GetProperty("path").GetString());
        Assert.Equal(
            ["keyprovider", "exec", "--local-keys", _folder.Combine("keys"), "--default-key", "team-a", "--call-timeout", "5s", "--provider", "coffer", "--provider", "team=local"],
            command.GetProperty("args").EnumerateArray().Select(a => a.GetString()));
    }

    [Fact]
    public async Task Tcp_has_its_files_and_every_name_its_entry()
    {
        using var printed = JsonDocument.Parse(await File.ReadAllTextAsync(await PrintAsync(
            "--tcp", "keys.example:50051", "--tls-ca", "ca.pem", "--tls-cert", "/c.pem", "--tls-key", "k.pem", "--name", "a", "--name", "b")));

        var providers = printed.RootElement.GetProperty("key-providers");
        Assert.Equal(["a", "b"], providers.EnumerateObject().Select(p => p.Name));
        Assert.Equal("keys.example:50051", providers.GetProperty("b").GetProperty("grpc").GetString());
        Assert.Equal(
            [_folder.Combine("ca.pem"), "/c.pem", _folder.Combine("k.pem")], providers.GetProperty("a").GetProperty("grpc-tls").EnumerateObject().Select(m => m.Value.GetString()));
    }

    [Theory]
    [InlineData("--socket kp.sock --cmd", "--socket, --tcp and --cmd exclude each other")]
    [InlineData("--socket kp.sock --local-keys keys", "--local-keys belongs to --cmd")]
    [InlineData("--tcp 127.0.0.1:1 --tls-ca ca.pem", "--tcp needs --tls-cert")]
    [InlineData("--tls-ca ca.pem", "belong to --tcp")]
    [InlineData("--name a:b", "'a:b' is no provider's name")]
    [InlineData("--socket a%20b", "has characters that gRPC addresses cannot have")]
    [InlineData("--cmd --local-keys keys --call-timeout soon", "the key provider's flags cannot be used: 1 problem")]
    public async Task Wrong_usage_prints_nothing_but_why(string flags, string why)
    {
        var run = (await ConfigAsync(flags.Split(' '))).ShouldExit(2);

        Assert.Equal("", run.Output);
        Assert.Contains(why, run.Error, StringComparison.Ordinal);
    }

    private async Task RoundTripAsync(string configuration, string encryption, string decryption)
    {
        var (encrypted, decrypted) = (_folder.Combine("encrypted"), _folder.Combine("decrypted"));
        (await SkopeoAsync(configuration, "--encryption-key", encryption, $"oci:{_image}:1", $"oci:{encrypted}:1")).ShouldSucceed();
        (await SkopeoAsync(configuration, "--decryption-key", decryption, $"oci:{encrypted}:1", $"oci:{decrypted}:1")).ShouldSucceed();

        // The layers' names are the digests of what they hold.
        Assert.Equal(Blobs(_image), Blobs(decrypted));
        Assert.NotEqual(Blobs(_image), Blobs(encrypted));
    }

    private async Task<string> PrintAsync(params string[] flags)
    {
        var printed = (await ConfigAsync(flags)).ShouldSucceed();
        Assert.Equal("", printed.Error);
        return _folder.Write("ocicrypt.json", printed.Output);
    }

    private Task<ToolResult> ConfigAsync(params string[] flags) =>
        CofferBinary.RunAsync(new ToolOptions { WorkingDirectory = _folder.Path }, ["keyprovider", "config", .. flags]);

    private static Task<ToolResult> SkopeoAsync(string configuration, params string[] arguments) => Tool.RunAsync(
        Peers.Require("skopeo"), ["copy", .. arguments], new ToolOptions { Environment = new Dictionary<string, string?> { ["OCICRYPT_KEYPROVIDER_CONFIG"] = configuration } });

    private static IEnumerable<string> Blobs(string layout) =>
        Directory.GetFiles(Path.Combine(layout, "blobs", "sha256")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal);
}
