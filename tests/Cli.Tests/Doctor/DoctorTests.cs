using System.Net.Sockets;
using System.Text.Json;
using Coffer.Cli.Doctor;
using Coffer.Support;

namespace Coffer.Cli.Tests.Doctor;

/// <summary>The doctor's verdicts on root file systems that the tests make, and one on this machine.</summary>
public sealed class DoctorTests : IDisposable
{
    private const string Variable = "OCICRYPT_KEYPROVIDER_CONFIG";
    private const string Processor = """
        [stream_processors."ID"]
          accepts = ["application/vnd.oci.image.layer.v1.TYPE+encrypted"]
          path = "/usr/local/bin/coffer"
          args = ["ctd-decoder", "--decryption-keys-path", "/etc/containerd/ocicrypt/keys"]
          env = ["OCICRYPT_KEYPROVIDER_CONFIG=/etc/coffer/ocicrypt_keyprovider.json"]

        """;

    private readonly TempDirectory _root = new();
    private readonly Dictionary<string, string> _environment = [];

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task Bare_machine_has_nothing_to_mend_but_the_shell()
    {
        var findings = await LookAsync();

        Assert.DoesNotContain(findings, f => f.Finding.Verdict == Verdict.Fail);
        Assert.Equal("shell", Assert.Single(findings, f => f.Finding.Verdict == Verdict.Warn).Check);
        Assert.Equal(AllChecks.List.Select(c => c.Name).Distinct(), findings.Select(f => f.Check).Distinct());
    }

    [Fact]
    public async Task Samples_that_the_project_gives_are_healthy()
    {
        WriteNode();
        Sample("containerd/config.toml", "etc/containerd/conf.d/coffer.toml");
        Write("etc/containerd/config.toml", "version = 2\nimports = [\"/etc/containerd/conf.d/*.toml\"]\n");
        Write("var/lib/dpkg/status", Package("containerd", "1.7.24~ds1-6") + Package("skopeo", "1.18.0+ds1-1"));
        Sample("systemd/crio.service.d/coffer.conf", "etc/systemd/system/crio.service.d/coffer.conf");
        Sample("crio.conf.d/20-coffer.conf", "etc/crio/crio.conf.d/20-coffer.conf");
        Write("usr/lib/systemd/system/crio.service", "[Service]\nExecStart=/usr/bin/crio\n");
        _environment[Variable] = "/etc/coffer/ocicrypt_keyprovider.json";

        var findings = await LookAsync();

        Assert.All(findings, f => Assert.True(f.Finding.Verdict == Verdict.Ok, $"{f.Check}: {f.Finding.Text}"));
        Assert.Equal(3, findings.Count(f => f.Finding.Text.EndsWith("+encrypted have a stream processor", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Broker_that_answers_under_its_own_authority_is_healthy_and_a_machine_that_is_not_enrolled_is_told()
    {
        using var broker = await BrokerProcess.StartAsync(_root.Combine("broker-data"));
        using var other = await BrokerProcess.StartAsync(_root.Combine("other-data"));
        WriteSource($$"""{"type":"broker","url":"{{broker.Address}}","ca":"/etc/coffer/ca.pem","state":"/var/lib/coffer","tpm":"/dev/tpm0"}""");

        Write("etc/coffer/ca.pem", File.ReadAllText(broker.CaFile));
        await ShouldSayAsync("broker", "not enrolled");
        Assert.Contains(await LookAsync(), f => f.Check == "broker" && f.Finding.Verdict == Verdict.Ok && f.Finding.Text.EndsWith("answers", StringComparison.Ordinal));

        Write("var/lib/coffer/host.json", "{}");
        Write("etc/coffer/ca.pem", File.ReadAllText(other.CaFile));
        await ShouldSayAsync("broker", "certificate");
    }

    private void WriteSource(string source)
    {
        Write("etc/coffer/keyprovider.json", $$$"""{"sources":{"broker":{{{source}}}}}""");
        File.SetUnixFileMode(_root.Combine("etc/coffer/keyprovider.json"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Theory]
    [InlineData("relative.json", null, "depends on the working directory")]
    [InlineData("/etc/gone.json", null, "does not exist")]
    [InlineData("/etc/kp.json", "{", "is not JSON")]
    [InlineData("/etc/kp.json", """{"key-providers":{"a":{}}}""", "has neither cmd nor grpc")]
    [InlineData("/etc/kp.json", """{"key-providers":{"a":{"cmd":{"path":"/usr/bin/none"}}}}""", "/usr/bin/none is no executable program")]
    [InlineData("/etc/kp.json", """{"key-providers":{"a":{"grpc":"unix:///run/none.sock"}}}""", "the socket /run/none.sock does not exist")]
    [InlineData("/etc/kp.json", """{"key-providers":{"a":{"grpc":"keys.example:50051"}}}""", "without TLS")]
    public async Task Broken_provider_configuration_is_said(string path, string? content, string said)
    {
        if (content is not null) Write(path[1..], content);
        _environment[Variable] = path;

        await ShouldSayAsync("shell", said);
    }

    [Fact]
    public async Task Socket_on_which_nobody_listens_or_nobody_knows_grpc_is_said()
    {
        var path = _root.Combine("kp.sock");
        Write("etc/kp.json", """{"key-providers":{"a":{"grpc":"unix:///kp.sock"}}}""");
        _environment[Variable] = "/etc/kp.json";
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        await ShouldSayAsync("shell", "does not serve: nobody listens");

        listener.Listen();
        var answering = Task.Run(async () =>
        {
            using var connection = await listener.AcceptAsync();
            await connection.SendAsync("SSH-2.0-something\r\n"u8.ToArray());
        });
        await ShouldSayAsync("shell", "does not serve: ");
        await answering;
    }

    [Fact]
    public async Task Zstd_under_a_processor_of_its_own_is_said()
    {
        WriteNode();
        Write("etc/containerd/config.toml", "version = 2\n" + Of("io.containerd.ocicrypt.decoder.v1.tar", "tar") + Of("io.containerd.ocicrypt.decoder.v1.tar.gzip", "tar+gzip") + Of("io.containerd.ocicrypt.decoder.v1.tar.zstd", "tar+zstd"));

        await ShouldSayAsync("containerd", "stream processor io.containerd.ocicrypt.decoder.v1.tar.zstd for tar+zstd+encrypted is never told");
    }

    [Fact]
    public async Task Default_configuration_wants_a_program_named_ctd_decoder()
    {
        Write("etc/containerd/config.toml", "version = 2\n");
        await ShouldSayAsync("containerd", "program ctd-decoder is not there");

        WriteProgram("usr/local/bin/ctd-decoder");
        Assert.Contains(await LookAsync(), f => f.Finding.Text == "the stream processors run /usr/local/bin/ctd-decoder");
    }

    [Theory]
    [InlineData("1.7.24~ds1-6", "", Verdict.Ok)]
    [InlineData("2.0.5-1", "", Verdict.Ok)]
    [InlineData("2.1.4-1", "", Verdict.Fail)]
    [InlineData("2.1.4-1", "use_local_image_pull = true", Verdict.Ok)]
    public async Task Transfer_service_that_cannot_decrypt_is_said(string version, string setting, object verdict)
    {
        Write("etc/containerd/config.toml", $"version = 3\n[plugins.'io.containerd.cri.v1.images']\n{setting}\n");
        Write("var/lib/dpkg/status", Package("containerd", version));

        var finding = Assert.Single(await LookAsync(), f => f.Check == "containerd-pull").Finding;

        Assert.Equal((Verdict)verdict, finding.Verdict);
    }

    [Fact]
    public async Task Imported_table_that_replaces_another_is_said()
    {
        Write("etc/containerd/config.toml", "version = 2\nimports = [\"conf.d/*.toml\"]\n[plugins.\"io.containerd.grpc.v1.cri\"]\nsandbox_image = \"registry.example/pause:1\"\n");
        Write("etc/containerd/conf.d/a.toml", "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".image_decryption]\nkey_model = \"\"\n");

        await ShouldSayAsync("containerd-pull", "a.toml replaces the whole table of plugin io.containerd.grpc.v1.cri");
        await ShouldSayAsync("containerd-pull", "key_model of io.containerd.grpc.v1.cri is ''");
    }

    [Fact]
    public async Task Key_files_that_crio_passes_over_or_others_can_read_are_said()
    {
        Write("usr/lib/systemd/system/crio.service", "[Service]\n");
        Write("etc/crio/crio.conf", "[crio.runtime]\ndecryption_keys_path = \"/etc/keys\"\n");
        File.SetUnixFileMode(Write("etc/keys/sec1.pem", "-----BEGIN EC PRIVATE KEY-----\n"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetUnixFileMode(Write("etc/keys/open.pem", "-----BEGIN PRIVATE KEY-----\n"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        File.CreateSymbolicLink(_root.Combine("etc", "keys", "link.pem"), "../sec1-elsewhere.pem");
        File.SetUnixFileMode(Write("etc/sec1-elsewhere.pem", "-----BEGIN PRIVATE KEY-----\n"), UnixFileMode.UserRead);

        await ShouldSayAsync("crio", "crio.service: OCICRYPT_KEYPROVIDER_CONFIG is not set");
        await ShouldSayAsync("crio-keys", "sec1.pem is an EC key in SEC1 form, which is not read");
        await ShouldSayAsync("crio-keys", "open.pem is open to other users (mode 404)");
        await ShouldSayAsync("crio-keys", "link.pem is a symbolic link, which is not followed");
    }

    [Fact]
    public async Task Key_providers_own_configuration_is_read_whole()
    {
        Write("etc/coffer/keyprovider.json", """{"listen":{"sockets":1},"cache":"often"}""");

        var findings = (await LookAsync()).Where(f => f.Check == "keyprovider").ToList();

        Assert.True(findings.Count(f => f.Finding.Verdict == Verdict.Fail) >= 2, string.Join('\n', findings));
    }

    [Fact]
    public async Task Tools_of_debian_12_are_said_to_know_no_providers()
    {
        Write("var/lib/dpkg/status", Package("skopeo", "1.9.3+ds1-1+b14") + Package("buildah", "1.39.3+ds1-1"));

        await ShouldSayAsync("tools", "skopeo 1.9.3 knows no key providers");
        Assert.Contains(await LookAsync(), f => f.Finding.Text == "buildah 1.39.3 knows key providers");
    }

    [Fact]
    public async Task Clock_that_is_behind_the_files_is_said()
    {
        Directory.SetLastWriteTimeUtc(Directory.CreateDirectory(_root.Combine("etc")).FullName, DateTime.UtcNow.AddYears(3));

        await ShouldSayAsync("clock", "the clock says");
    }

    [Fact]
    public async Task This_machine_can_be_looked_at()
    {
        var before = Environment.GetEnvironmentVariable("PATH");
        using var stdout = new StringWriter();
        using var stderr = new StringWriter();

        var status = await Program.RunAsync(["doctor", "--json"], TextReader.Null, stdout, stderr);

        using var document = JsonDocument.Parse(stdout.ToString());
        Assert.Equal(status == 0, stderr.ToString().Length == 0);
        Assert.Equal(document.RootElement.GetProperty("healthy").GetBoolean() ? 0 : 1, status);
        Assert.Equal(AllChecks.List.Select(c => c.Name).Order(), document.RootElement.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("check").GetString()!).Distinct().Order());
        Assert.Equal(before, Environment.GetEnvironmentVariable("PATH"));
    }

    // A node that asks coffer as a program, so that no socket has to answer.
    private void WriteNode()
    {
        Sample("ocicrypt_keyprovider.cmd.json", "etc/coffer/ocicrypt_keyprovider.json");
        WriteProgram("usr/local/bin/coffer");
    }

    private void WriteProgram(string path) => File.SetUnixFileMode(Write(path, "#!/bin/sh\n"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    private void Sample(string sample, string path) => Write(path, File.ReadAllText(RepositoryRoot.Combine("ocicrypt-config", sample)));

    private string Write(string path, string content) => _root.Write(path, content);

    private static string Of(string id, string type) => Processor.Replace("ID", id, StringComparison.Ordinal).Replace("TYPE", type, StringComparison.Ordinal);

    private static string Package(string name, string version) => $"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n\n";

    private async Task ShouldSayAsync(string check, string text)
    {
        var findings = await LookAsync();
        Assert.True(
            findings.Any(f => f.Check == check && f.Finding.Verdict != Verdict.Ok && f.Finding.Hint is not null && f.Finding.Text.Contains(text, StringComparison.Ordinal)),
            string.Join('\n', findings));
    }

    private async Task<List<(string Check, Finding Finding)>> LookAsync()
    {
        var installation = new Installation(_root.Path, _environment.GetValueOrDefault, TimeProvider.System);
        var findings = new List<(string, Finding)>();
        foreach (var check in AllChecks.List)
            findings.AddRange((await check.RunAsync(installation, CancellationToken.None)).Select(f => (check.Name, f)));
        return findings;
    }
}
