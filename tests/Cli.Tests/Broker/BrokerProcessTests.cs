using System.Text.Json;
using Coffer.Support;

namespace Coffer.Cli.Tests.Broker;

/// <summary>The executable as a broker in a process of its own, asked by curl and by the command lines that the documentation shows.</summary>
public sealed class BrokerProcessTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    private string Data => _folder.Combine("broker-data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Curl_that_pins_the_ca_is_answered_and_one_that_does_not_is_not()
    {
        using var broker = await BrokerProcess.StartAsync(Data);
        var answered = (await CurlAsync("--cacert", broker.CaFile, "-H", $"Authorization: Bearer {broker.AdminToken}", $"{broker.Address}/api/v1/status")).ShouldSucceed();
        using var status = JsonDocument.Parse(answered.Output);
        Assert.Equal(1, status.RootElement.GetProperty("tokens").GetInt32());
        Assert.NotEqual(0, (await CurlAsync($"{broker.Address}/api/v1/status")).ExitCode);
        Assert.NotEqual(0, (await CurlAsync("--cacert", broker.CaFile, "--tls-max", "1.1", $"{broker.Address}/healthz")).ExitCode);

        var denied = (await CurlAsync("--cacert", broker.CaFile, "-i", "--path-as-is", $"{broker.Address}/api/v1/../../etc")).ShouldSucceed();
        Assert.Contains("x-request-id:", denied.Output.ToLowerInvariant(), StringComparison.Ordinal);
        Assert.DoesNotContain("server:", denied.Output.ToLowerInvariant(), StringComparison.Ordinal);
        Assert.Equal(0, await broker.TerminateAsync());
    }

    [Fact]
    public async Task Documented_command_lines_work_one_after_the_other()
    {
        (await CofferBinary.RunAsync("broker", "init", "--data", Data)).ShouldSucceed();
        using var broker = await BrokerProcess.StartAsync(Data);
        (await broker.RunAsync("host", "list", "--json")).ShouldSucceed();
        var policy = _folder.Write("node-policy.json", (await broker.RunAsync("policy", "example", "tpm-node")).ShouldSucceed().Output);
        (await broker.RunAsync("policy", "put", policy)).ShouldSucceed();
        Assert.StartsWith("coffer_", (await broker.RunAsync("token", "create", "--can", "wrap", "--path", "default/*", "--ttl", "24h")).ShouldSucceed().Output, StringComparison.Ordinal);
        using var entries = JsonDocument.Parse((await broker.RunAsync("audit", "list", "--json")).ShouldSucceed().Output);
        var request = entries.RootElement[0].GetProperty("request_id").GetString()!;
        Assert.Contains(request, (await broker.RunAsync("audit", "explain", request)).ShouldSucceed().Output, StringComparison.Ordinal);
        (await broker.RunAsync("audit", "verify")).ShouldSucceed();
    }

    [Theory]
    [InlineData("token create --can audit")]
    [InlineData("token create --can audit --json")]
    [InlineData("join-token create --json")]
    public async Task File_that_a_shell_sends_a_secret_to_is_closed_to_others(string verb)
    {
        using var broker = await BrokerProcess.StartAsync(Data);
        var file = _folder.Combine("token");
        await Tool.RunAsync("sh", ["-c", $"umask 022; '{CofferBinary.Require()}' broker {verb} > '{file}'"], new ToolOptions { Environment = broker.Environment });
        Assert.Contains("coffer", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task Secrets_on_standard_output_close_the_file_behind_it_to_others()
    {
        using var broker = await BrokerProcess.StartAsync(Data, "--insecure-allow-sample-evidence");
        (await broker.RunAsync("policy", "put", _folder.Write("policy.json", """{"name":"s","resources":["default/*"],"effect":"allow","when":{"tee":"sample"}}"""))).ShouldSucceed();
        (await broker.RunAsync("resource", "put", "default/key/one", _folder.Write("key", "a secret"))).ShouldSucceed();
        foreach (var command in (string[])["attest get --attester sample kbs:///default/key/one", "broker token create --can wrap --path 'default/*' --ttl 1h"])
        {
            var file = _folder.Write("secret", "");
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            var run = await Tool.RunAsync("sh", ["-c", $"\"$0\" {command} > \"$1\"", CofferBinary.Require(), file], new ToolOptions { Environment = broker.Environment });
            Assert.Contains("its mode is 0600 now", run.ShouldSucceed().Error, StringComparison.Ordinal);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.NotEmpty(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Killed_broker_keeps_what_it_acknowledged()
    {
        string head;
        using (var broker = await BrokerProcess.StartAsync(Data))
        {
            (await broker.RunAsync("resource", "put", "default/key/one", _folder.Write("key", new byte[32]))).ShouldSucceed();
            head = (await broker.RunAsync("audit", "verify")).ShouldSucceed().Output.Trim();
            await broker.KillAsync();
        }
        using var again = await BrokerProcess.StartAsync(Data);
        Assert.Contains("default/key/one", (await again.RunAsync("resource", "list")).ShouldSucceed().Output, StringComparison.Ordinal);
        (await again.RunAsync("audit", "verify", "--expect-head", head)).ShouldSucceed();
    }

    [Fact]
    public async Task Command_waits_for_a_broker_that_is_just_starting()
    {
        string address;
        using (var first = await BrokerProcess.StartAsync(Data)) address = first.Address;
        var options = new ToolOptions
        {
            Environment = new Dictionary<string, string?>
            {
                ["COFFER_BROKER"] = address, ["COFFER_BROKER_CA"] = Path.Combine(Data, "ca.pem"), ["COFFER_TOKEN"] = (await File.ReadAllTextAsync(Path.Combine(Data, "admin-token"), TestContext.Current.CancellationToken)).Trim(),
            },
        };
        var asked = CofferBinary.RunAsync(options, "broker", "status");
        using var second = await BrokerProcess.StartAsync(Data, "--listen", new Uri(address).Authority);
        (await asked).ShouldSucceed();
    }

    [Fact]
    public async Task Second_broker_on_one_folder_is_told_so_in_one_line()
    {
        using var broker = await BrokerProcess.StartAsync(Data);
        var second = (await CofferBinary.RunAsync("broker", "serve", "--data", Data, "--listen", "127.0.0.1:0")).ShouldExit(1);
        Assert.Contains("coffer: error: another broker works with the data folder", second.Error, StringComparison.Ordinal);
    }

    private static Task<ToolResult> CurlAsync(params string[] arguments) => Peers.RunAsync("curl", ["--silent", "--show-error", "--max-time", "30", .. arguments]);
}
