using System.Text.Json;
using Coffer.Support;

namespace Coffer.Interop.Packaging;

/// <summary>
/// The Dockerfile, built by buildah on a base image made from Debian's packages: from the executable that is there, and in the
/// soak from source, with this machine's SDK.
/// </summary>
public sealed class ImageTests : IDisposable
{
    private const string Coffer = "/usr/local/bin/coffer";

    private readonly TempDirectory _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task Image_runs_the_command_as_nobody_in_particular_and_has_no_shell()
    {
        await MakeBaseAsync();
        await BuildahAsync("build", "-q", "--isolation", "chroot", "--build-arg", "BASE_IMAGE=localhost/base", "--build-arg", "BINARY=ready", "-t", "coffer", Context());

        using var image = JsonDocument.Parse((await BuildahAsync("inspect", "--type", "image", "coffer")).Output);
        var config = image.RootElement.GetProperty("OCIv1").GetProperty("config");
        Assert.Equal("65532:65532", config.GetProperty("User").GetString());
        Assert.Equal(Coffer, config.GetProperty("Entrypoint")[0].GetString());
        Assert.Equal("Apache-2.0", config.GetProperty("Labels").GetProperty("org.opencontainers.image.licenses").GetString());

        await BuildahAsync("from", "-q", "--name", "one", "coffer");
        var files = await FilesAsync();
        Assert.DoesNotContain(files, f => Path.GetFileName(f) is "sh" or "bash" or "dash" or "busybox" or "apt-get" or "dpkg");
        Assert.Equal([Coffer], files.Where(f => f.Contains("/bin/", StringComparison.Ordinal)));
        Assert.StartsWith("0.1.0", (await RunAsync("--version")).Output, StringComparison.Ordinal);
        // Makes keys, encrypts and decrypts in /tmp: OpenSSL is loaded, and /tmp can be written.
        Assert.Contains("Alice", (await RunAsync("demo")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Image_is_compiled_from_source()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("COFFER_SOAK") is null, "takes minutes: scripts/soak runs it");
        await MakeBaseAsync();
        var root = (await Tool.RunAsync("/bin/bash", [RepositoryRoot.Combine("tests", "Interop", "Packaging", "sdk-root.sh")], Patient)).ShouldSucceed().Output.Trim();
        var sdk = (await BuildahAsync("from", "scratch")).Output.Trim();
        await BuildahAsync("add", "-q", sdk, root, "/");
        // buildah runs in a root of its own, which shows all of this machine but /usr.
        (await Tool.RunAsync("cp", ["-a", DotnetRoot(), _work.Combine("dotnet")], Patient)).ShouldSucceed();
        await BuildahAsync("add", "-q", sdk, _work.Combine("dotnet"), "/usr/share/dotnet");
        await BuildahAsync("config", "--env", "PATH=/usr/share/dotnet:/usr/bin:/bin", "--env", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1", sdk);
        await BuildahAsync("commit", "-q", "--rm", sdk, "localhost/sdk");

        // The packages that this machine has already: the build needs no feed of its own.
        var packages = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        await BuildahAsync(
            "build", "-q", "--isolation", "chroot", "--build-arg", "SDK_IMAGE=localhost/sdk", "--build-arg", "BASE_IMAGE=localhost/base",
            "--volume", $"{packages}:/root/.nuget/packages", "-t", "coffer", RepositoryRoot.Directory);

        await BuildahAsync("from", "-q", "--name", "one", "coffer");
        Assert.Contains("Alice", (await RunAsync("demo")).Output, StringComparison.Ordinal);
    }

    private static ToolOptions Patient { get; } = new() { Timeout = TimeSpan.FromMinutes(60) };

    private static string DotnetRoot() => Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    private Task<ToolResult> RunAsync(params string[] arguments) => BuildahAsync(["run", "--isolation", "chroot", "one", "--", Coffer, .. arguments]);

    // What the Dockerfile takes, where it looks for it.
    private string Context()
    {
        foreach (var file in (string[])["Dockerfile", "scripts/image/files.sh"]) _work.Write($"context/{file}", File.ReadAllText(RepositoryRoot.Combine(file)));
        Directory.CreateDirectory(_work.Combine("context", "artifacts", "bin"));
        File.Copy(CofferBinary.Require(), _work.Combine("context", "artifacts", "bin", "coffer"));
        return _work.Combine("context");
    }

    private async Task MakeBaseAsync()
    {
        (await Tool.RunAsync("/bin/sh", RepositoryRoot.Combine("tests", "Interop", "Packaging", "base-image.sh"), DebianRoot(), _work.Combine("base.tar"))).ShouldSucceed();
        var container = (await BuildahAsync("from", "scratch")).Output.Trim();
        await BuildahAsync("add", "-q", container, _work.Combine("base.tar"), "/");
        await BuildahAsync("commit", "-q", container, "localhost/base");
        await BuildahAsync("rm", container);
    }

    private async Task<string[]> FilesAsync()
    {
        var at = (await BuildahAsync("mount", "one")).Output.Trim();
        return [.. Directory.EnumerateFiles(at, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Select(f => f[at.Length..])];
    }

    private async Task<ToolResult> BuildahAsync(params string[] arguments) =>
        (await Tool.RunAsync(Buildah(), arguments, Patient with { Environment = new Dictionary<string, string?> { ["COFFER_BUILDAH_STORAGE"] = _work.Combine("buildah") } })).ShouldSucceed();

    private static string Buildah() => Environment.IsPrivilegedProcess ? Peers.Require("buildah") : Missing.Require(null, "root", "buildah needs it to mount");

    // The wrapper knows where its Debian is.
    private static string DebianRoot()
    {
        const string Variable = "COFFER_PEER_ROOT=";
        var line = File.ReadLines(Buildah()).Single(l => l.Contains(Variable, StringComparison.Ordinal));
        return line.Split(Variable)[1].Split(' ')[0];
    }
}
