using Coffer.Oci;
using Coffer.Registry.Config;
using Coffer.Registry.Remote;
using Coffer.Registry.Tests.Remote;
using Coffer.Support;

namespace Coffer.Registry.Tests.Config;

public sealed class RegistriesConfTests : IDisposable
{
    private const string D = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private readonly TempDirectory _temp = new();

    private RegistriesConf Read(string toml) => RegistriesConf.Load(OwnPlaces.Empty with { RegistriesConf = _temp.Write("registries.conf", toml) });

    private static string[] Places(RegistriesConf conf, string reference) =>
        [.. conf.ToRead(ImageReference.Parse(reference)).Select(p => p.Reference + (p.Insecure ? " insecure" : ""))];

    [Fact]
    public void Without_a_file_a_name_means_itself() =>
        Assert.Equal(["registry.example/a:1"], Places(RegistriesConf.Load(OwnPlaces.Of(_temp.Path)), "registry.example/a:1"));

    [Fact]
    public void Mirrors_come_before_the_registry_for_reading_and_are_never_written()
    {
        var conf = Read("""
            unqualified-search-registries = ["x.example"]
            [[registry]]
            prefix = "registry.example/team"
            location = "real.example/t"
            insecure = true
            [[registry.mirror]]
            location = "one.example"
            [[registry.mirror]]
            location = "two.example:5000/cache"
            insecure = true
            """);
        Assert.Equal(["one.example/app:1", "two.example:5000/cache/app:1 insecure", "real.example/t/app:1 insecure"], Places(conf, "registry.example/team/app:1"));
        Assert.Equal("real.example/t/app:1", conf.ToWrite(ImageReference.Parse("registry.example/team/app:1")).Reference.ToString());
        Assert.Equal(["registry.example/teams/app:1"], Places(conf, "registry.example/teams/app:1"));
    }

    [Fact]
    public void The_longest_prefix_wins_and_a_wildcard_matches_hosts_below_its_domain()
    {
        var conf = Read("""
            [[registry]]
            prefix = "*.registry.example"
            location = "all.example"
            [[registry]]
            prefix = "a.registry.example/x/y"
            location = "deep.example"
            [[registry]]
            prefix = "*.plain.example"
            insecure = true
            """);
        Assert.Equal(["deep.example/z:1"], Places(conf, "a.registry.example/x/y/z:1"));
        Assert.Equal(["all.example/x/z:1"], Places(conf, "a.registry.example/x/z:1"));
        Assert.Equal(["registry.example/x:1"], Places(conf, "registry.example/x:1"));
        Assert.Equal(["h.plain.example/x:1 insecure"], Places(conf, "h.plain.example/x:1"));
    }

    [Theory]
    [InlineData("mirror-by-digest-only = true", "", false, true)]
    [InlineData("", "pull-from-mirror = \"digest-only\"", false, true)]
    [InlineData("", "pull-from-mirror = \"tag-only\"", true, false)]
    [InlineData("", "pull-from-mirror = \"all\"", true, true)]
    public void A_mirror_may_be_for_tags_or_digests_alone(string registry, string mirror, bool tags, bool digests)
    {
        var conf = Read($"""
            [[registry]]
            location = "registry.example"
            {registry}
            [[registry.mirror]]
            location = "mirror.example"
            {mirror}
            """);
        Assert.Equal(tags, Places(conf, "registry.example/a:1").Length == 2);
        Assert.Equal(digests, Places(conf, $"registry.example/a@{D}").Length == 2);
    }

    [Fact]
    public void A_blocked_registry_is_denied_and_the_file_is_named()
    {
        var conf = Read("[[registry]]\nlocation = \"registry.example\"\nblocked = true\n");
        var error = Assert.Throws<CofferException>(() => conf.ToRead(ImageReference.Parse("registry.example/a")));
        Assert.Equal(ExitStatus.Denied, error.ExitStatus);
        Assert.Contains("registries.conf", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Drop_ins_replace_entries_of_the_same_prefix_in_the_order_of_their_names()
    {
        _temp.Write("etc/containers/registries.conf", "[[registry]]\nlocation=\"registry.example\"\nblocked=true\n");
        _temp.Write("etc/containers/registries.conf.d/50-a.conf", "[[registry]]\nprefix=\"registry.example\"\nlocation=\"a.example\"\n");
        Assert.Equal(["a.example/x:1"], Places(RegistriesConf.Load(OwnPlaces.Of(_temp.Path)), "registry.example/x:1"));
        _temp.Write("home/.config/containers/registries.conf.d/10-b.conf", "[[registry]]\nprefix=\"registry.example\"\nlocation=\"b.example\"\n");
        Assert.Equal(["b.example/x:1"], Places(RegistriesConf.Load(OwnPlaces.Of(_temp.Path)), "registry.example/x:1"));
        var named = _temp.Write("named.conf", "");
        Assert.Equal(["registry.example/x:1"], Places(RegistriesConf.Load(OwnPlaces.Of(_temp.Path, ("CONTAINERS_REGISTRIES_CONF", named))), "registry.example/x:1"));
    }

    [Theory]
    [InlineData("[[registry]]\nlocation = [[[\n", "TOML")]
    [InlineData("[[registry]]\ninsecure = true\n", "neither prefix nor location")]
    [InlineData("[[registry]]\nlocation = \"https://registry.example\"\n", "scheme")]
    [InlineData("[[registry]]\nlocation = 5\n", "no string")]
    [InlineData("[[registry]]\nlocation = \"a.example\"\ninsecure = \"yes\"\n", "neither true nor false")]
    [InlineData("[[registry]]\nprefix = \"a.*.example\"\n", "wildcard")]
    [InlineData("[[registry]]\nlocation = \"a.example\"\n[[registry.mirror]]\ninsecure = true\n", "without location")]
    [InlineData("[[registry]]\nlocation = \"a.example\"\n[[registry.mirror]]\nlocation = \"b.example\"\npull-from-mirror = \"never\"\n", "never")]
    [InlineData("[registries.search]\nregistries = ['a.example']\n", "version 1")]
    [InlineData("registry = 1\n", "no list")]
    public void What_cannot_be_understood_is_said(string toml, string says)
    {
        var error = Assert.Throws<CofferException>(() => Read(toml));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Contains("registries.conf", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_syntax_error_names_its_line() => Assert.Contains("(3,", Assert.Throws<CofferException>(() => Read("a = 1\n\n= 2\n")).Message, StringComparison.Ordinal);

    public void Dispose() => _temp.Dispose();
}
