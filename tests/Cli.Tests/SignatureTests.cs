using System.Text.Json;
using Coffer.Cli.Tests.Scripting;
using Coffer.Support;

namespace Coffer.Cli.Tests;

/// <summary>Signed sources, and results for scripts: <c>--digestfile</c> and <c>--json</c>.</summary>
public sealed class SignatureTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public SignatureTests()
    {
        TestKeys.Write(_folder, ["alice"]);
        TestKeys.Write(_folder, ["bob"]);
        TestImages.Write(_folder, ["image", "1", "gzip", "plain"]);
    }

    public void Dispose() => _folder.Dispose();

    private string At(string name) => _folder.Combine(name);

    private Task<CommandRun> EncryptAsync(string source, string destination, params string[] flags) =>
        CommandRun.RunAsync(["encrypt", "-e", $"jwe:{At("alice.pub.pem")}", .. flags, source, destination]);

    [Fact]
    public async Task Signed_image_is_refused_unless_its_signatures_may_go()
    {
        (await CommandRun.RunAsync("copy", $"oci:{At("image")}:1", $"dir:{At("signed")}")).ShouldSucceed();
        _folder.Write("signed/signature-1", "not looked into");
        var refused = (await EncryptAsync($"dir:{At("signed")}", $"oci:{At("enc")}:1")).ShouldEnd(1);
        Assert.Contains("is signed", refused.Errors[0], StringComparison.Ordinal);
        Assert.Contains("--remove-signatures", refused.Stderr, StringComparison.Ordinal);
        (await CommandRun.RunAsync("copy", $"dir:{At("signed")}", $"oci:{At("enc")}:1")).ShouldEnd(1);
        Assert.False(Path.Exists(At("enc")));

        var run = (await EncryptAsync($"dir:{At("signed")}", $"dir:{At("enc")}", "--remove-signatures", "--digestfile", At("digest"))).ShouldSucceed();
        Assert.EndsWith($"sign {run.Digest}", Assert.Single(run.Warnings), StringComparison.Ordinal);
        Assert.Equal(run.Digest, await File.ReadAllTextAsync(At("digest"), TestContext.Current.CancellationToken));
        Assert.Empty(Directory.EnumerateFiles(At("enc"), "*signature*"));
        Assert.Equal("not looked into", await File.ReadAllTextAsync(At("signed/signature-1"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Quiet_run_still_says_what_to_sign()
    {
        (await CommandRun.RunAsync("copy", $"oci:{At("image")}:1", $"dir:{At("signed")}")).ShouldSucceed();
        _folder.Write("signed/signature-12", "");
        var run = (await CommandRun.RunAsync("copy", "-q", "--remove-signatures", $"dir:{At("signed")}", $"oci:{At("out")}:1")).ShouldSucceed();
        Assert.Empty(run.Stdout);
        Assert.Matches("sign sha256:[0-9a-f]{64}$", Assert.Single(run.Warnings));
    }

    [Fact]
    public async Task Every_changing_verb_gives_the_same_digest_in_file_and_json()
    {
        string[][] lines =
        [
            ["encrypt", "-e", $"jwe:{At("alice.pub.pem")}", $"oci:{At("image")}:1", $"oci:{At("enc")}:1"],
            ["copy", $"oci:{At("enc")}:1", $"dir:{At("copied")}"],
            ["rewrap", "-d", At("alice.pem"), "--add", $"jwe:{At("bob.pub.pem")}", $"oci:{At("enc")}:1"],
            ["decrypt", "-d", At("bob.pem"), $"oci:{At("enc")}:1", $"oci:{At("dec")}:1"],
        ];
        foreach (var line in lines)
        {
            var run = (await CommandRun.RunAsync([.. line, "--json", "--digestfile", At("digest")])).ShouldSucceed();
            using var json = JsonDocument.Parse(run.Stdout);
            var digest = json.RootElement.GetProperty("digest").GetString()!;
            Assert.Matches("^sha256:[0-9a-f]{64}$", digest);
            Assert.Equal(digest, await File.ReadAllTextAsync(At("digest"), TestContext.Current.CancellationToken));
            Assert.Equal(line[^1], json.RootElement.GetProperty("destination").GetString());
            var layers = json.RootElement.GetProperty("layers").EnumerateArray().ToList();
            Assert.Equal(2, layers.Count);
            Assert.All(layers, l => Assert.Equal(line[0] != "decrypt", l.GetProperty("encrypted").GetBoolean()));

            using var inspected = JsonDocument.Parse((await CommandRun.RunAsync("inspect", "--json", line[^1])).ShouldSucceed().Stdout);
            Assert.Equal(digest, inspected.RootElement.GetProperty("digest").GetString());
        }
    }

    [Fact]
    public async Task Digest_file_that_cannot_be_written_says_that_the_image_is_done()
    {
        var run = await EncryptAsync($"oci:{At("image")}:1", $"oci:{At("enc")}:1", "--digestfile", At("nowhere/digest"));
        Assert.Equal(1, run.Status);
        Assert.Matches("the image itself is done: sha256:[0-9a-f]{64}$", Assert.Single(run.Errors));
        (await CommandRun.RunAsync("verify", "-d", At("alice.pem"), $"oci:{At("enc")}:1")).ShouldSucceed();
    }
}
