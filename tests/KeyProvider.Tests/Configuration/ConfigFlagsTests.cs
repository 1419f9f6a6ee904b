using Coffer.KeyProvider.Configuration;

namespace Coffer.KeyProvider.Tests.Configuration;

public sealed class ConfigFlagsTests
{
    [Fact]
    public void Flag_wins_over_the_file_and_leaves_its_neighbours()
    {
        var flags = new ConfigFlags();
        flags.Set("--cache", "9s", "cache", "lifetime");
        flags.Set("--allow-uid", ["1", "2"], "listen", "allowedUids");

        var settings = Reading.Sound("\"cache\":{\"lifetime\":\"1s\",\"entries\":5},\"listen\":{\"allowedUids\":[7],\"mode\":\"0600\"}", flags);

        Assert.Equal((TimeSpan.FromSeconds(9), 5), (settings.Core.CacheLifetime, settings.Core.CacheEntries));
        Assert.Equal([1u, 2u], settings.Listen.AllowedUids);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, settings.Listen.Mode);
    }

    [Fact]
    public void Flags_alone_are_a_configuration()
    {
        var flags = LocalKeys("/keys");

        var (settings, problems) = Reading.Of((string?)null, flags);

        Assert.Empty(problems);
        Assert.Equal(new TestSource("local", [], "/keys", null), Assert.Single(settings.Sources) with { KeyIds = [] });
    }

    [Fact]
    public void Replaced_object_keeps_nothing_of_the_file()
    {
        var settings = Reading.Of("""{"sources":{"local":{"type":"local","directory":"/old","defaultKey":"k","nonsense":1},"b":{"type":"local","directory":"/b"}}}""", LocalKeys("/new"));

        Assert.Empty(settings.Problems);
        Assert.Equal(["/new", "/b"], settings.Settings.Sources.Cast<TestSource>().Select(s => s.Directory));
        Assert.Null(((TestSource)settings.Settings.Sources[0]).DefaultKey);
    }

    [Fact]
    public void Relative_path_of_a_flag_counts_from_the_working_directory() =>
        Assert.Equal(Path.GetFullPath("keys"), Assert.IsType<TestSource>(Reading.Of("{}", LocalKeys("keys")).Settings.Sources[0]).Directory);

    [Fact]
    public void Problem_of_a_flag_names_the_flag()
    {
        var flags = LocalKeys("/keys");
        flags.Set("--socket-mode", "rw", "listen", "mode");
        flags.Set("--call-timeout", "9 days", "callTimeout");
        flags.Set("--provider", "nowhere", "providers", "x");

        Assert.Equal(
            ["--call-timeout: is not a time from 100ms to 10m, such as \"30s\"", "--socket-mode: 'rw' is not permission bits in octal, such as \"0660\""],
            Reading.Of("""{"callTimeout":"1s"}""", flags).Problems);
    }

    [Fact]
    public void Flag_that_names_an_absent_source_is_a_problem()
    {
        var flags = LocalKeys("/keys");
        flags.Replace("providers");
        flags.Set("--provider", "nowhere", "providers", "x");

        Assert.Equal(["--provider: there is no source 'nowhere'; there are local"], Reading.Of("""{"providers":{"coffer":null}}""", flags).Problems);
    }

    [Fact]
    public void None_is_said_by_null()
    {
        var flags = LocalKeys("/keys");
        flags.SetNone("--no-socket", "listen", "socket");

        Assert.Equal(["--no-socket: is null, and there is no tcp: the daemon would listen nowhere"], Reading.Of((string?)null, flags).Problems);
    }

    internal static void LocalKeys(ConfigFlags flags, string directory)
    {
        flags.Replace("sources", "local");
        flags.Set("--local-keys", "local", "sources", "local", "type");
        flags.Set("--local-keys", directory, "sources", "local", "directory");
    }

    private static ConfigFlags LocalKeys(string directory)
    {
        var flags = new ConfigFlags();
        LocalKeys(flags, directory);
        return flags;
    }
}
