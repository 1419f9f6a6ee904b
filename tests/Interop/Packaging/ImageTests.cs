using System.Text.Json;
using Coffer.Support;

namespace Coffer.Interop.Packaging;

/// <summary>
/// The Dockerfile, built by buildah from the executable that is there, on a base image made from Debian's packages. The stage
/// that compiles runs in the soak.
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
        (await Tool.RunAsync(Buildah(), arguments, new ToolOptions { Environment = new Dictionary<string, string?> { ["COFFER_BUILDAH_STORAGE"] = _work.Combine("buildah") } })).ShouldSucceed();

    private static string Buildah() => Environment.IsPrivilegedProcess ? Peers.Require("buildah") : Missing.Require(null, "root", "buildah needs it to mount");

    // The wrapper knows where its Debian is.
    private static string DebianRoot()
    {
        const string Variable = "COFFER_PEER_ROOT=";
        var line = File.ReadLines(Buildah()).Single(l => l.Contains(Variable, StringComparison.Ordinal));
        return line.Split(Variable)[1].Split(' ')[0];
    }
}
