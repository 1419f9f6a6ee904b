using System.CommandLine;
using Coffer.Cli.CommandLine;

namespace Coffer.Cli.Tests;

public sealed class UsageTests
{
    private static readonly string[] Verbs = ["encrypt", "decrypt", "rewrap", "copy", "inspect", "verify", "keyprovider", "attest", "broker", "ctd-decoder", "doctor", "demo", "completion", "help"];

    public static TheoryData<string> AllVerbs => [.. CofferCommand.Build(new Session(TextReader.Null, TextWriter.Null, TextWriter.Null)).Subcommands.Select(c => c.Name)];

    [Fact]
    public void Every_verb_is_walked() => Assert.Equal(Verbs.Order(), AllVerbs.Select(v => v.Data).Order());

    [Theory]
    [MemberData(nameof(AllVerbs))]
    public async Task Unknown_flag_is_wrong_usage_and_named(string verb)
    {
        var (status, stdout, stderr) = await RunAsync(verb, "--bogus");
        Assert.Equal(2, status);
        Assert.Empty(stdout);
        Assert.Contains($"coffer: error: '--bogus' is no option of coffer {verb}", stderr, StringComparison.Ordinal);
        Assert.Contains("coffer: hint: ", stderr, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(AllVerbs))]
    public async Task Help_shows_usage_and_examples(string verb)
    {
        var (status, stdout, stderr) = await RunAsync(verb, "--help");
        Assert.Equal(0, status);
        Assert.Empty(stderr);
        Assert.Contains("Usage:", stdout, StringComparison.Ordinal);
        Assert.Contains($"Examples:{Environment.NewLine}  ", stdout, StringComparison.Ordinal);
        Assert.Contains($"coffer {verb}", stdout, StringComparison.Ordinal);
        Assert.Equal(stdout, (await RunAsync("help", verb)).Stdout);
    }

    [Fact]
    public async Task Help_at_the_top_gives_every_exit_status()
    {
        var (_, stdout, _) = await RunAsync("--help");
        foreach (var status in Enum.GetValues<Oci.ExitStatus>()) Assert.Contains($"  {(int)status}  ", stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Response_files_are_not_expanded()
    {
        using var folder = new Support.TempDirectory();
        var file = folder.Write("arguments", "--version\n");
        var (status, stdout, _) = await RunAsync("inspect", $"@{file}");
        Assert.Equal(2, status);
        Assert.Empty(stdout);
    }

    [Theory]
    [InlineData]
    [InlineData("bogus")]
    [InlineData("help", "bogus")]
    [InlineData("copy", "oci:a")]
    [InlineData("copy", "oci:a", "oci:b", "oci:c")]
    [InlineData("completion", "tcsh")]
    [InlineData("copy", "--retry-times", "x", "oci:a", "oci:b")]
    [InlineData("copy", "--retry-times", "99", "oci:a", "oci:b")]
    [InlineData("copy", "--all", "--platform", "linux/amd64", "oci:a", "oci:b")]
    [InlineData("copy", "--platform", "linux", "oci:a", "oci:b")]
    [InlineData("inspect", "containers-storage:x")]
    [InlineData("encrypt", "-e", "jwe", "oci:a", "oci:b")]
    [InlineData("encrypt", "-e", "age:x", "oci:a", "oci:b")]
    [InlineData("encrypt", "-e", "jwe:x", "--encrypt-layer", "one", "oci:a", "oci:b")]
    [InlineData("decrypt", "-d", "no-such-file.pem", "oci:a", "oci:b")]
    [InlineData("rewrap", "oci:a")]
    [InlineData("rewrap", "--remove", "all")]
    [InlineData("rewrap", "--dry-run", "--remove", "all", "oci:a")]
    [InlineData("rewrap", "--images", "-", "--remove", "all", "oci:a")]
    [InlineData("rewrap", "--images", "-", "--remove", "all", "--digestfile", "d")]
    [InlineData("rewrap", "--images", "-", "--remove", "all", "--parallel", "17")]
    [InlineData("rewrap", "--images", "-", "--remove", "all")]
    [InlineData("rewrap", "--remove", "everybody", "oci:a")]
    [InlineData("inspect", "--creds", "u:p", "--no-creds", "oci:a")]
    [InlineData("inspect", "--src-tls-verify=false", "oci:a")]
    public async Task Wrong_usage_exits_2_with_one_line(params string[] arguments)
    {
        var (status, stdout, stderr) = await RunAsync(arguments);
        Assert.Equal(2, status);
        Assert.Empty(stdout);
        Assert.Single(stderr.Split('\n'), l => l.StartsWith("coffer: error: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--tls-verify", "x", "inspect", "oci:a")]
    [InlineData("--tls-verify", "", "inspect", "oci:a")]
    [InlineData("--tls-verify", "no", "inspect")]
    [InlineData("--dest-tls-verify", "0", "copy", "oci:a")]
    [InlineData("-q", "yes", "verify", "oci:a")]
    public async Task Switch_with_a_value_that_is_none_is_named(string flag, string value, params string[] line)
    {
        var (status, stdout, stderr) = await RunAsync([line[0], $"{flag}={value}", .. line[1..]]);
        Assert.Equal(2, status);
        Assert.Empty(stdout);
        Assert.StartsWith($"coffer: error: {flag} takes true or false, not '{value}'\n", stderr, StringComparison.Ordinal);
    }

    private static async Task<(int Status, string Stdout, string Stderr)> RunAsync(params string[] arguments)
    {
        using var stdout = new StringWriter();
        using var stderr = new StringWriter();
        var status = await Program.RunAsync(arguments, TextReader.Null, stdout, stderr);
        return (status, stdout.ToString(), stderr.ToString());
    }
}
