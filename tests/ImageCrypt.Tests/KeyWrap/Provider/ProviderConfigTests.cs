using Coffer.ImageCrypt.KeyWrap.Provider;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.KeyWrap.Provider;

public sealed class ProviderConfigTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_command_is_read_and_wins_over_grpc()
    {
        var found = Load("""{"key-providers":{"a":{"grpc":"x:1","cmd":{"path":"/bin/kp","args":["--mode","x"]}}}}""").Find("a");

        var command = Assert.IsType<CommandProvider>(found);
        Assert.Equal("/bin/kp", command.Path);
        Assert.Equal(["--mode", "x"], command.Arguments);
    }

    [Fact]
    public void A_grpc_provider_is_read_with_its_tls_settings()
    {
        var found = Load("""{"key-providers":{"a":{"grpc":"kp.example:443","grpc-tls":{"root-ca-file":"r","cert-file":"c","key-file":"k","server-name":"s","insecure-skip-verify":true}}}}""").Find("a");

        Assert.Equal(new GrpcProvider("kp.example:443", new ProviderTls("r", "c", "k", "s", true)), found);
        Assert.Equal(new GrpcProvider("h:1", null), Load("""{"key-providers":{"b":{"grpc":"h:1"}}}""").Find("b"));
        Assert.Equal(new GrpcProvider("h:1", new ProviderTls(null, null, null, null, false)), Load("""{"key-providers":{"b":{"grpc":"h:1","grpc-tls":{}}}}""").Find("b"));
    }

    [Theory]
    [InlineData("""{"key-providers":{"a":{"path":"/bin/kp"}}}""", "key-providers.a has neither cmd nor grpc")]
    [InlineData("""{"key-providers":{"a":{"ttrpc":"unix:///s"}}}""", "key-providers.a.ttrpc is not supported")]
    [InlineData("""{"key-providers":{"a":{"cmd":{}}}}""", "key-providers.a.cmd.path is missing")]
    [InlineData("""{"key-providers":{"a":{"cmd":{"path":7}}}}""", "key-providers.a.cmd.path is not text")]
    [InlineData("""{"key-providers":{"a":{"cmd":{"path":"x","args":"y"}}}}""", "key-providers.a.cmd.args is not an array")]
    [InlineData("""{"key-providers":{"a":{"grpc":7}}}""", "key-providers.a.grpc is not text")]
    [InlineData("""{"key-providers":{"a":{"grpc":"x:1","grpc-tls":{"cert-file":"c"}}}}""", "only one of cert-file and key-file")]
    [InlineData("""{"key-providers":{"a":{"grpc":"x:1","grpc-tls":{"insecure-skip-verify":"yes"}}}}""", "insecure-skip-verify is neither")]
    [InlineData("""{"key-providers":{"a":[]}}""", "key-providers.a is not an object")]
    [InlineData("""{"key-providers":{"b":{"grpc":"x:1"}}}""", "'a' is not in")]
    [InlineData("""{"key-providers":[]}""", "key-providers is missing or not an object")]
    [InlineData("{}", "key-providers is missing or not an object")]
    [InlineData("{\n\n\"key", "is not JSON (line 3)")]
    public void What_cannot_be_used_is_named_with_file_and_member(string json, string complaint)
    {
        var e = Assert.Throws<CofferException>(() => Load(json).Find("a"));

        Assert.Contains(complaint, e.Message, StringComparison.Ordinal);
        Assert.Contains("conf.json", e.Message, StringComparison.Ordinal);
        Assert.NotNull(e.Hint);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Without_the_variable_the_error_says_how_to_set_it(string? value)
    {
        var e = Assert.Throws<CofferException>(() => ProviderConfig.Load(value));

        Assert.Contains("OCICRYPT_KEYPROVIDER_CONFIG is not set", e.Message, StringComparison.Ordinal);
        Assert.NotNull(e.Hint);
    }

    [Fact]
    public void An_absent_file_is_an_error_that_names_it()
    {
        var e = Assert.Throws<CofferException>(() => ProviderConfig.Load(_temp.Combine("absent.json")));

        Assert.Contains("absent.json", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:50051", "127.0.0.1", 50051, null)]
    [InlineData("localhost:1", "localhost", 1, null)]
    [InlineData("kp.example", "kp.example", 443, null)]
    [InlineData("dns:///kp.example:8443", "kp.example", 8443, null)]
    [InlineData("dns:kp.example:8443", "kp.example", 8443, null)]
    [InlineData("passthrough:///h:2", "h", 2, null)]
    [InlineData("http://127.0.0.1:3", "127.0.0.1", 3, null)]
    [InlineData("tcp://127.0.0.1:3", "127.0.0.1", 3, null)]
    [InlineData("[::1]:4", "::1", 4, null)]
    [InlineData(":5", "localhost", 5, null)]
    [InlineData("unix:///run/kp.sock", null, 0, "/run/kp.sock")]
    [InlineData("unix:run/kp.sock", null, 0, "run/kp.sock")]
    [InlineData("unix-abstract:kp", null, 0, "\0kp")]
    public void Addresses_are_read_as_Go_reads_them(string text, string? host, int port, string? path) =>
        Assert.Equal(new GrpcTarget(host, port, path), GrpcTarget.Parse(text));

    [Theory]
    [InlineData("unix:")]
    [InlineData("unix://relative")]
    [InlineData("xds:///service")]
    [InlineData("dns://8.8.8.8/host:1")]
    [InlineData("host:0")]
    [InlineData("host:99999")]
    [InlineData("host:http")]
    [InlineData("[::1")]
    [InlineData("[::1]x")]
    [InlineData("a b:1")]
    public void Other_addresses_are_refused(string text) => Assert.Throws<CofferException>(() => GrpcTarget.Parse(text));

    private ProviderConfig Load(string json) => ProviderConfig.Load(_temp.Write("conf.json", json));
}
