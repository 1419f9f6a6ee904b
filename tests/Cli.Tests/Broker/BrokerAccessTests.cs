using Coffer.Cli.Tests.Scripting;
using Coffer.Support;

namespace Coffer.Cli.Tests.Broker;

/// <summary>A broker in a process of its own that lets others in by <c>--access</c>, and the command line as one of them.</summary>
public sealed class BrokerAccessTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_client_certificate_administers_ends_the_first_token_and_is_out_after_a_reload()
    {
        await CertificateAsync("ca", "/CN=authority", "-x509", "-days", "2");
        await CertificateAsync("alice", "/O=Example/CN=alice", "-x509", "-days", "2", "-CA", _folder.Combine("ca.pem"), "-CAkey", _folder.Combine("ca.key"), "-addext", "extendedKeyUsage=clientAuth");
        var access = _folder.Write("access.json", Rules("CN=alice,O=Example"));
        using var broker = await BrokerProcess.StartAsync(_folder.Combine("data"), "--access", access);
        (await broker.RunAsync("token", "list")).ShouldSucceed();

        (await AliceAsync(broker, "token", "list")).ShouldSucceed();

        var ended = await broker.RunAsync("token", "list");
        Assert.Equal(5, ended.ExitCode);
        Assert.Contains("cert:CN=alice,O=Example administers now", (await AliceAsync(broker, "audit", "list")).ShouldSucceed().Output, StringComparison.Ordinal);

        _folder.Write("access.json", "{}");
        await broker.HangUpAsync("was not taken");
        (await AliceAsync(broker, "token", "list")).ShouldSucceed();
        _folder.Write("access.json", Rules("CN=bob,O=Example"));
        await broker.HangUpAsync("was read anew");
        Assert.Contains("cert:CN=alice,O=Example may not do this", (await AliceAsync(broker, "token", "list")).Error, StringComparison.Ordinal);
        Assert.Equal(0, await broker.TerminateAsync());
    }

    [Fact]
    public async Task A_login_is_kept_for_the_commands_that_follow_until_the_logout()
    {
        await CertificateAsync("ca", "/CN=authority", "-x509", "-days", "2");
        await CertificateAsync("alice", "/O=Example/CN=alice", "-x509", "-days", "2", "-CA", _folder.Combine("ca.pem"), "-CAkey", _folder.Combine("ca.key"), "-addext", "extendedKeyUsage=clientAuth");
        using var broker = await BrokerProcess.StartAsync(_folder.Combine("data"), "--access", _folder.Write("access.json", Rules("CN=alice,O=Example")));
        var environment = new Dictionary<string, string?> { ["COFFER_BROKER"] = broker.Address, ["COFFER_BROKER_CA"] = broker.CaFile, ["COFFER_TOKEN"] = null, ["XDG_STATE_HOME"] = _folder.Combine("state") };
        Task<ToolResult> run(params string[] verb) => CofferBinary.RunAsync(new ToolOptions { Environment = environment }, ["broker", .. verb]);
        Assert.Equal(2, (await run("token", "list")).ExitCode);

        var login = (await run("login", "--client-cert", _folder.Combine("alice.pem"), "--client-key", _folder.Combine("alice.key"), "--ttl", "10m", "--json")).ShouldSucceed();
        Assert.Contains("cert:CN=alice,O=Example", login.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("coffer_", login.Output, StringComparison.Ordinal);
        Assert.Contains("cert:CN=alice,O=Example", (await run("audit", "list")).ShouldSucceed().Output, StringComparison.Ordinal);

        var file = _folder.Combine("state", "coffer", "logins.json");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.Contains("is open to others", (await run("token", "list")).Error, StringComparison.Ordinal);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var kept = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        (await run("logout")).ShouldSucceed();
        Assert.Equal(2, (await run("token", "list")).ExitCode);
        await File.WriteAllTextAsync(file, kept, TestContext.Current.CancellationToken);
        Assert.Equal(5, (await run("token", "list")).ExitCode); // it is over at the broker as well
    }

    [Fact]
    public async Task A_file_that_is_wrong_keeps_the_broker_from_starting_with_one_line()
    {
        var run = await CommandRun.RunAsync("broker", "serve", "--data", _folder.Combine("data"), "--access", _folder.Write("access.json", """{"issuers":[{"name":"A"}]}"""));
        Assert.Equal(1, run.Status);
        Assert.Contains("issuers[0].name: is no name", run.Stderr, StringComparison.Ordinal);
    }

    private static string Rules(string subject) => $$$"""{"certificates":{"ca":"ca.pem","grants":[{"match":{"subject":"{{{subject}}}"},"role":"admin"}]}}""";

    private Task<ToolResult> AliceAsync(BrokerProcess broker, params string[] verb) => CofferBinary.RunAsync(
        ["broker", .. verb, "--broker", broker.Address, "--broker-ca", broker.CaFile, "--client-cert", _folder.Combine("alice.pem"), "--client-key", _folder.Combine("alice.key")]);

    private async Task CertificateAsync(string name, string subject, params string[] how) => (await Peers.RunAsync(
        "openssl",
        ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject, "-keyout", _folder.Combine($"{name}.key"), "-out", _folder.Combine($"{name}.pem"), .. how])).ShouldSucceed();
}
