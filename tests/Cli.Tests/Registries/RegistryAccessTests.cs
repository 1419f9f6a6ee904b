using System.Text;
using Coffer.Cli.Tests.Scripting;
using Coffer.Support;

namespace Coffer.Cli.Tests.Registries;

/// <summary>The flags for certificates and credentials, on a real registry that asks for both.</summary>
public sealed class RegistryAccessTests : IAsyncLifetime
{
    private readonly TempDirectory _folder = new();
    private DockerRegistry _registry = null!;

    public async ValueTask InitializeAsync()
    {
        _registry = await DockerRegistry.StartAsync(new DockerRegistryOptions { Tls = true, Authentication = RegistryAuthentication.Basic }, TestContext.Current.CancellationToken);
        TestKeys.Write(_folder, ["alice"]);
        TestImages.Write(_folder, ["image", "1", "gzip"]);
        _folder.Write("password", _registry.Credentials[(_registry.Credentials.IndexOf(':', StringComparison.Ordinal) + 1)..] + "\n");
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(_registry.Credentials));
        _folder.Write("auth.json", "{\"auths\":{\"" + _registry.Host + "\":{\"auth\":\"" + encoded + "\"}}}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_registry is not null) await _registry.DisposeAsync();
        _folder.Dispose();
    }

    private string Image => $"oci:{At("image")}:1";

    private string Remote => $"docker://{_registry.Host}/team/app:1";

    private string At(string name) => _folder.Combine(name);

    private Task<CommandRun> EncryptAsync(params string[] flags) =>
        CommandRun.RunAsync(["encrypt", "-e", $"jwe:{At("alice.pub.pem")}", .. flags, Image, Remote]);

    [Fact]
    public async Task Credentials_in_arguments_work_with_one_warning_that_does_not_repeat_them()
    {
        var run = (await EncryptAsync("--dest-cert-dir", _registry.CertificateDirectory, "--dest-creds", _registry.Credentials)).ShouldSucceed();
        var warning = Assert.Single(run.Warnings);
        Assert.Contains("--dest-creds", warning, StringComparison.Ordinal);
        Assert.Contains(":file=", warning, StringComparison.Ordinal);
        Assert.Contains(":fd=", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("odd@letters", run.ToString().Replace(run.Command, "", StringComparison.Ordinal), StringComparison.Ordinal);
        var verified = (await CommandRun.RunAsync("verify", "-d", At("alice.pem"), "--cert-dir", _registry.CertificateDirectory, "--creds", $"tester:file={At("password")}", Remote)).ShouldSucceed();
        Assert.Empty(verified.Warnings);
    }

    [Fact]
    public async Task Auth_file_serves_either_side_and_every_verb()
    {
        var run = (await EncryptAsync("--dest-cert-dir", _registry.CertificateDirectory, "--dest-authfile", At("auth.json"))).ShouldSucceed();
        Assert.Empty(run.Warnings);
        (await CommandRun.RunAsync("inspect", "--cert-dir", _registry.CertificateDirectory, "--authfile", At("auth.json"), Remote)).ShouldSucceed();
        (await CommandRun.RunAsync("decrypt", "-d", At("alice.pem"), "--authfile", At("auth.json"), "--src-cert-dir", _registry.CertificateDirectory, Remote, $"oci:{At("dec")}:1")).ShouldSucceed();
        Assert.True(TestImages.SameLayers(At("image"), At("dec")));
    }

    [Fact]
    public async Task Image_goes_from_one_registry_to_another()
    {
        await using var other = await DockerRegistry.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var encrypted = (await EncryptAsync("--dest-cert-dir", _registry.CertificateDirectory, "--dest-authfile", At("auth.json"))).ShouldSucceed();
        var copied = (await CommandRun.RunAsync(
            "copy", "--src-cert-dir", _registry.CertificateDirectory, "--src-authfile", At("auth.json"), "--dest-tls-verify=false", "--dest-no-creds", Remote, $"docker://{other.Host}/moved:2")).ShouldSucceed();
        Assert.Equal(encrypted.Digest, copied.Digest);
        (await CommandRun.RunAsync("verify", "--tls-verify=false", "-d", At("alice.pem"), $"docker://{other.Host}/moved:2")).ShouldSucceed();
    }

    [Fact]
    public async Task Wrong_and_missing_credentials_are_said_in_one_line()
    {
        foreach (var flags in (string[][])[["--dest-creds", "tester:hunter2"], ["--dest-no-creds"]])
        {
            var run = (await EncryptAsync(["--dest-cert-dir", _registry.CertificateDirectory, .. flags])).ShouldEnd(1);
            Assert.Contains(_registry.Host, run.Errors[0], StringComparison.Ordinal);
            Assert.Contains("coffer: hint: ", run.Stderr, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", run.Stderr, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Certificate_that_nobody_vouches_for_is_refused()
    {
        var run = await EncryptAsync("--dest-authfile", At("auth.json"), "--retry-times", "0");
        Assert.NotEqual(0, run.Status);
        Assert.Contains("certificate", Assert.Single(run.Errors), StringComparison.OrdinalIgnoreCase);
        (await EncryptAsync("--dest-authfile", At("auth.json"), "--dest-tls-verify=false")).ShouldSucceed();
    }

    [Fact]
    public async Task Registry_that_does_not_answer_is_unreachable()
    {
        var host = $"127.0.0.1:{LoopbackPort.Free()}";
        var read = (await CommandRun.RunAsync("copy", "--retry-times", "0", "--src-tls-verify=false", $"docker://{host}/app:1", $"oci:{At("out")}:1")).ShouldEnd(6);
        Assert.Contains(host, read.Errors[0], StringComparison.Ordinal);
        Assert.False(Path.Exists(At("out")));
        (await CommandRun.RunAsync("copy", "--retry-times", "0", "--dest-tls-verify=false", Image, $"docker://{host}/app:1")).ShouldEnd(6);
    }
}
