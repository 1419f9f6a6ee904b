using System.Text;
using System.Text.Json.Nodes;
using Coffer.ImageCrypt.KeyWrap.Provider;
using Coffer.KeyProvider.Tests.Core;
using Coffer.Support;

namespace Coffer.KeyProvider.Tests.Exec;

/// <summary><c>coffer keyprovider exec</c> as runtimes start it: the published executable, its streams and its exit status.</summary>
public sealed class ExecBinaryTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public ExecBinaryTests()
    {
        var key = _folder.Write("keys/team-a.1.key", [.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetUnixFileMode(_folder.Combine("keys"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public async Task Standard_output_carries_the_answer_and_nothing_else()
    {
        var wrap = (await ExecAsync(Ask.WrapRequest("keyid=team-a"))).ShouldSucceed();
        var packet = KeyProviderAnswer.Read(KeyProviderOperation.KeyWrap, wrap.OutputBytes).Payload;
        var unwrap = (await ExecAsync(Ask.UnwrapRequest(packet))).ShouldSucceed();

        Assert.Equal(("", ""), (wrap.Error, unwrap.Error));
        Assert.Equal((byte)'{', wrap.OutputBytes.Span[0]);
        Assert.Equal((byte)'}', wrap.OutputBytes.Span[^1]);
        Assert.Equal(Ask.Options, KeyProviderAnswer.Read(KeyProviderOperation.KeyUnwrap, unwrap.OutputBytes).Payload);
    }

    [Theory]
    [InlineData("", 1, "standard input is empty")]
    [InlineData("{", 1, "the request is not JSON")]
    [InlineData("wrap keyid=gone", 3, "provider 'coffer'")]
    [InlineData("wrap tag=x", 1, "'tag=' is not known")]
    [InlineData("wrap sample=true", 5, "sample=true is not allowed")]
    public async Task An_error_is_one_line_with_its_exit_status_and_no_output(string request, int status, string expected)
    {
        var run = (await ExecAsync(request.StartsWith("wrap ", StringComparison.Ordinal) ? Ask.WrapRequest(request[5..]) : Encoding.UTF8.GetBytes(request))).ShouldExit(status);

        var lines = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("coffer: error: ", lines[0], StringComparison.Ordinal);
        Assert.Contains(expected, lines[0], StringComparison.Ordinal);
        Assert.All(lines[1..], l => Assert.StartsWith("coffer: hint: ", l, StringComparison.Ordinal));
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task A_person_at_a_terminal_is_told_what_is_missing()
    {
        // script(1) gives the command a terminal of its own.
        var run = await Tool.RunAsync(Peers.Require("script"), "-qec", $"'{CofferBinary.Require()}' keyprovider exec --local-keys '{_folder.Combine("keys")}'", "/dev/null");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("coffer: error: standard input is a terminal", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("provider:coffer:asset-tag:country:US;state:CA", true)]
    [InlineData("\"provider:coffer:asset-tag:country:US,state:CA\"", true)]
    [InlineData("provider:coffer:asset-tag:country:US,state:CA", false)] // the flag is split at commas
    public async Task Asset_tags_reach_us_through_skopeo_as_the_documentation_quotes_them(string flag, bool arrive)
    {
        var run = await SkopeoAsync("--encryption-key", flag, $"oci:{SmallImage.WriteLayout(_folder.Combine("image"))}:1", $"oci:{_folder.Combine("encrypted")}:1");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(arrive ? "asset" : "rotocol not recognized", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Skopeo_encrypts_and_decrypts_through_it()
    {
        var image = SmallImage.WriteLayout(_folder.Combine("image"));
        var (encrypted, decrypted) = (_folder.Combine("encrypted"), _folder.Combine("decrypted"));

        (await SkopeoAsync("--encryption-key", "provider:coffer:keyid=team-a::algorithm=A256GCM", $"oci:{image}:1", $"oci:{encrypted}:1")).ShouldSucceed();
        (await SkopeoAsync("--decryption-key", "provider:coffer", $"oci:{encrypted}:1", $"oci:{decrypted}:1")).ShouldSucceed();

        // The manifest names every layer by its digest.
        Assert.Equal(Blobs(image), Blobs(decrypted));
        Assert.NotEqual(Blobs(image), Blobs(encrypted));
    }

    public void Dispose() => _folder.Dispose();

    private Task<ToolResult> ExecAsync(byte[] request) =>
        CofferBinary.RunAsync(new ToolOptions { Input = request }, "keyprovider", "exec", "--local-keys", _folder.Combine("keys"));

    private Task<ToolResult> SkopeoAsync(params string[] arguments)
    {
        var command = new JsonObject { ["path"] = CofferBinary.Require(), ["args"] = new JsonArray("keyprovider", "exec", "--local-keys", _folder.Combine("keys")) };
        var providers = new JsonObject { ["key-providers"] = new JsonObject { ["coffer"] = new JsonObject { ["cmd"] = command } } };
        var configuration = _folder.Write("ocicrypt.json", providers.ToJsonString());
        return Tool.RunAsync(Peers.Require("skopeo"), ["copy", .. arguments], new ToolOptions { Environment = new Dictionary<string, string?> { ["OCICRYPT_KEYPROVIDER_CONFIG"] = configuration } });
    }

    private static IEnumerable<string> Blobs(string layout) =>
        Directory.GetFiles(Path.Combine(layout, "blobs", "sha256")).Where(f => new FileInfo(f).Length < 100_000).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal);
}
