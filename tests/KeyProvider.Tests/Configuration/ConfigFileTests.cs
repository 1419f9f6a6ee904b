using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Sources.Local;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.KeyProvider.Tests.Configuration;

public sealed class ConfigFileTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Absent_named_file_is_an_error() => Assert.Equal(
        $"{_folder.Combine("none.json")}: there is no such file", Problem(_folder.Combine("none.json")));

    [Fact]
    public void Absent_file_that_need_not_be_there_is_none() => Assert.Null(ConfigFile.Read(_folder.Combine("none.json"), required: false));

    [Theory]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void File_that_others_may_write_is_refused(UnixFileMode writable)
    {
        var path = _folder.Write("kp.json", "{}");
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | writable);

        Assert.Equal($"{path}: group or others may write it: chmod go-w {path}", Problem(path));
    }

    [Fact]
    public async Task File_of_another_user_is_refused()
    {
        Missing.Require(Environment.IsPrivilegedProcess ? "root" : null, "root, who can give a file away", "run the tests as root");
        var path = Sound("kp.json", "{}");
        (await Tool.RunAsync("chown", "4711", path)).ShouldSucceed();

        Assert.Equal($"{path}: user 4711 owns it, who could change it: chown root {path}", Problem(path));
    }

    [Theory]
    [InlineData(null, false, "/default")]
    [InlineData(null, true, "/flag")]
    [InlineData("named.json", true, "/flag /named")]
    public void Default_file_counts_only_where_no_flag_names_the_keys(string? named, bool flag, string directories)
    {
        var installed = Sound("default.json", Keys("/default"));
        if (named is not null) named = Sound(named, Keys("/named"));
        var flags = new ConfigFlags();
        flags.Set("--cache", "1s", "cache", "lifetime"); // says nothing of keys
        if (flag) ConfigFlagsTests.LocalKeys(flags, "/flag");

        var settings = ConfigReader.Load(named, installed, flags, SettingsScope.Daemon);

        Assert.Equal(directories, string.Join(' ', settings.Sources.Cast<LocalSettings>().Select(s => s.Directory)));
        Assert.Equal(directories == "/flag" ? null : named ?? installed, settings.File);
    }

    [Fact]
    public void File_beyond_its_bound_is_refused() =>
        Assert.EndsWith("it is larger than 1048576 bytes", Problem(Sound("kp.json", new string(' ', ConfigFile.MaxBytes + 1))), StringComparison.Ordinal);

    [Fact]
    public void File_of_its_bound_is_read() => Assert.Equal(ConfigFile.MaxBytes, ConfigFile.Read(Sound("kp.json", new string(' ', ConfigFile.MaxBytes)), required: true)!.Length);

    [Fact]
    public void Directory_is_no_file() => Assert.StartsWith($"{_folder.Path}: it cannot be read", Problem(_folder.Path), StringComparison.Ordinal);

    [Fact]
    public void Everything_wrong_in_a_file_is_one_error_of_wrong_usage()
    {
        var path = Sound("kp.json", """{"callTimeout":1,"sources":{},"log":{"level":"x"}}""");

        var e = Assert.Throws<ConfigException>(() => ConfigReader.Load(path, new ConfigFlags(), SettingsScope.Daemon));

        Assert.Equal(ExitStatus.Usage, e.ExitStatus);
        Assert.Equal($"the configuration {path} cannot be used: 2 problems", e.Message);
        Assert.Equal([$"{path}: callTimeout", $"{path}: log.level"], e.Details.Select(d => d[..d.IndexOf(": ", path.Length + 2, StringComparison.Ordinal)]));
    }

    [Fact]
    public void Flags_without_a_file_are_named_as_such() => Assert.Equal(
        "the key provider's flags cannot be used: 1 problem",
        Assert.Throws<ConfigException>(() => ConfigReader.Load(File.Exists(KeyProviderSettings.DefaultPath) ? Sound("kp.json", "{}") : null, new ConfigFlags(), SettingsScope.Daemon)).Message);

    [Fact]
    public void Details_are_bounded()
    {
        var e = new ConfigException("x", [.. Enumerable.Range(0, 60).Select(i => $"problem {i}")]);

        Assert.Equal(51, e.Details.Count);
        Assert.Equal("and 10 more", e.Details[^1]);
    }

    private static string Keys(string directory) => $$"""{"sources":{"own":{"type":"local","directory":"{{directory}}"} } }""";

    private string Sound(string name, string text)
    {
        var path = _folder.Write(name, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private static string Problem(string path) => Assert.Single(Assert.Throws<ConfigException>(() => ConfigFile.Read(path, required: true)).Details);
}
