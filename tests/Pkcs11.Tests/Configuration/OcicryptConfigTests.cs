using Coffer.Pkcs11.Configuration;
using Coffer.Support;

namespace Coffer.Pkcs11.Tests.Configuration;

public sealed class OcicryptConfigTests
{
    [Fact]
    public void Directories_and_allowed_modules_are_read()
    {
        var config = OcicryptConfig.Parse("pkcs11:\n  module-directories:\n  - /a/\n  - /b\n  allowed-module-paths:\n  - /a/\n  - /b/x.so\n", "c");
        Assert.Equal(["/a/", "/b"], config.ModuleDirectories);
        Assert.True(config.Allows("/a/m.so"));
        Assert.True(config.Allows("/b/x.so"));
        Assert.False(config.Allows("/a/sub/m.so"));
        Assert.False(config.Allows("/b/y.so"));
        Assert.False(config.Allows("/b/x.so2"));
        Assert.False(config.Allows("/ab.so"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("pkcs11:")]
    [InlineData("other: 1")]
    [InlineData("pkcs11: {module-directories: [/usr/lib/softhsm/]}")]
    public void What_allows_nothing_allows_nothing(string text) =>
        Assert.False(OcicryptConfig.Parse(text, "c").Allows("/usr/lib/softhsm/libsofthsm2.so"));

    [Theory]
    [InlineData("pkcs11: []")]
    [InlineData("pkcs11: {module-directories: /a}")]
    [InlineData("pkcs11: {module-directories: [a]}")]
    [InlineData("pkcs11: {allowed-module-paths: [{a: b}]}")]
    [InlineData("[")]
    public void What_has_another_shape_is_refused(string text) =>
        Assert.Contains("site.conf", Assert.Throws<Pkcs11Exception>(() => OcicryptConfig.Parse(text, "site.conf")).Message, StringComparison.Ordinal);

    [Fact]
    public void The_files_are_looked_for_in_ocicrypts_order()
    {
        using var folder = new TempDirectory();
        var named = folder.Write("named.conf", "pkcs11: {module-directories: [/named/]}");
        folder.Write("xdg/ocicrypt.conf", "pkcs11: {module-directories: [/xdg/]}");
        folder.Write("home/.config/ocicrypt.conf", "pkcs11: {module-directories: [/home/]}");
        var environment = new Dictionary<string, string>
        {
            ["OCICRYPT_CONFIG"] = named,
            ["XDG_CONFIG_HOME"] = folder.Combine("xdg"),
            ["HOME"] = folder.Combine("home"),
        };
        Assert.Equal(["/named/"], Find().ModuleDirectories);
        environment["OCICRYPT_CONFIG"] = "";
        Assert.Equal(["/xdg/"], Find().ModuleDirectories);
        environment["XDG_CONFIG_HOME"] = folder.Combine("nowhere");
        Assert.Equal(["/home/"], Find().ModuleDirectories);
        environment["OCICRYPT_CONFIG"] = "internal";
        Assert.Same(OcicryptConfig.BuiltIn, Find());
        environment["OCICRYPT_CONFIG"] = folder.Combine("missing.conf");
        Assert.Contains("does not exist", Assert.Throws<Pkcs11Exception>(() => Find()).Message, StringComparison.Ordinal);

        OcicryptConfig Find() => OcicryptConfig.Find(name => environment.GetValueOrDefault(name));
    }

    [Fact]
    public void The_built_in_one_allows_the_directories_it_searches() =>
        Assert.All(OcicryptConfig.BuiltIn.ModuleDirectories, directory => Assert.True(OcicryptConfig.BuiltIn.Allows(directory + "m.so")));

    [Theory]
    [InlineData("libsofthsm2.so", "softhsm2", true)]
    [InlineData("libsofthsm2.so", "SoftHSM2", true)]
    [InlineData("libsofthsm2.so", "libsofthsm2.so", true)]
    [InlineData("libsofthsm2.so", "softhsm", false)]
    [InlineData("a.softhsm", "softhsm", true)]
    [InlineData("softhsmx-softhsm.so", "softhsm", true)]
    [InlineData("x", "softhsm", false)]
    public void A_name_matches_up_to_the_end_or_a_dot(string file, string name, bool matches) =>
        Assert.Equal(matches, ModuleSearch.Matches(file, name));

    [Fact]
    public void Modules_are_found_by_name_in_allowed_directories_only()
    {
        using var folder = new TempDirectory();
        var module = folder.Write("good/libThing.so", "");
        folder.Write("bad/libthing.so", "");
        folder.Write("good/sub/other.so", "");
        var config = OcicryptConfig.Parse(
            $"pkcs11: {{module-directories: [{folder}/none, {folder}/bad, {folder}/good], allowed-module-paths: [{folder}/good/]}}", "site.conf");
        Assert.Equal(module, Find("module-name=thing"));
        Assert.Equal(module, Find($"module-path={module}"));
        Assert.Equal(module, Find($"module-path={folder}/good&module-name=thing"));
        Refused("module-name=other", "no PKCS #11 module named 'other'");
        Refused($"module-path={folder}/bad/libthing.so", "not among the allowed modules");
        Refused($"module-path={folder}/good/../bad/libthing.so", "not among the allowed modules");
        Refused($"module-path={folder}/good/sub/other.so", "not among the allowed modules");
        Refused($"module-path={folder}/bad&module-name=thing", "not among the allowed modules");
        Refused($"module-path={folder}/absent", "does not exist");
        Refused($"module-path={folder}/good", "which module to load");
        Refused("x=1", "which module to load");

        string Find(string query)
        {
            using var uri = Pkcs11Uri.Parse("pkcs11:object=a?" + query);
            return ModuleSearch.Find(uri, config);
        }

        void Refused(string query, string reason) =>
            Assert.Contains(reason, Assert.Throws<Pkcs11Exception>(() => Find(query)).Message, StringComparison.Ordinal);
    }
}
