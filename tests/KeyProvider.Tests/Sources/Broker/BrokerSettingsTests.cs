using System.Text;
using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Sources.Broker;

namespace Coffer.KeyProvider.Tests.Sources.Broker;

public sealed class BrokerSettingsTests
{
    private static readonly string[] Members = ["attester", "tpm", "state", "eventLog", "akHandle"];

    [Fact]
    public void A_section_is_read_with_paths_from_the_files_folder()
    {
        var (settings, problems) = Read("""
            {"sources":{"b":{"type":"broker","url":"https://broker.example:8080","ca":"ca.pem","tokenFile":"token","attester":"tpm","tpm":"swtpm:127.0.0.1:2321",
             "state":"state","eventLog":"/log","akHandle":"0x81010002","allowedHosts":["other.example","other.example:8443","[::1]:8080"],"insecureRemoteTpm":true}}}
            """);
        Assert.Empty(problems);
        Assert.Equal(("b", "https://broker.example:8080/", "/conf/ca.pem", "/conf/token"), (settings!.Name, settings.Url.ToString(), settings.CaFile, settings.TokenFile));
        Assert.Equal(["other.example", "other.example:8443", "[::1]:8080"], settings.AllowedHosts);
        var attester = settings.Attester!;
        Assert.Equal(("tpm", "swtpm:127.0.0.1:2321", "/conf/state", "/log", 0x81010002u, true),
            (attester.Tee, attester.Tpm, attester.StateDirectory, attester.EventLogPath, attester.AkHandle, attester.InsecureRemoteTpm));
    }

    [Fact]
    public void Without_a_token_the_source_attests_and_with_one_only_where_something_says_so()
    {
        Assert.Equal(("auto", "/var/lib/coffer"), (Sound("").Attester!.Tee, Sound("").Attester!.StateDirectory));
        Assert.Null(Sound(""","tokenFile":"t" """).Attester);
        foreach (var member in Members)
        {
            var value = member switch { "attester" => "auto", "akHandle" => "0x81010002", _ => "/x" };
            Assert.NotNull(Sound($$""","tokenFile":"t","{{member}}":"{{value}}" """).Attester);
        }
        Assert.NotNull(Sound(""","tokenFile":"t","insecureRemoteTpm":true""").Attester);
    }

    [Fact]
    public void All_problems_are_told_at_once_each_with_its_place()
    {
        var (_, problems) = Read("""
            {"sources":{"b":{"type":"broker","url":"http://broker.example","attester":"sgx","akHandle":"0x1","insecureRemoteTpm":1,"other":2,
             "allowedHosts":["https://other.example","a/b","with space","user@host",""]}}}
            """);
        foreach (var expected in (string[])[
            "sources.b.url: 'http://broker.example' is not an https address", "sources.b.attester: 'sgx' is not one of auto, tpm, sample", "sources.b.akHandle: '0x1' is not a persistent handle",
            "sources.b.insecureRemoteTpm: is neither true nor false", "sources.b.other", "sources.b.allowedHosts: is not a list of texts"])
        {
            Assert.Contains(problems, p => p.Contains(expected, StringComparison.Ordinal));
        }
        (_, problems) = Read("""{"sources":{"b":{"type":"broker","allowedHosts":["https://other.example","a/b","with space","user@host","ok"]}}}""");
        Assert.Contains(problems, p => p.Contains("sources.b.url: is missing", StringComparison.Ordinal));
        Assert.Equal(4, problems.Count(p => p.Contains("is not HOST or HOST:PORT", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("ftp://broker")]
    [InlineData("broker:8080")]
    [InlineData("https://user:secret@broker")]
    [InlineData("https://broker/path")]
    [InlineData("https://broker/?a=b")]
    [InlineData("https://broker/#a")]
    public void An_address_that_is_none_is_a_problem(string url) =>
        Assert.Contains("is not an https address", Assert.Single(Read("""{"sources":{"b":{"type":"broker","url":"URL"}}}""".Replace("URL", url, StringComparison.Ordinal)).Problems), StringComparison.Ordinal);

    [Fact]
    public void Plain_HTTP_is_an_address_only_where_it_is_asked_for()
    {
        var (settings, problems) = Read("""{"sources":{"b":{"type":"broker","url":"http://broker:8080","insecureHttp":true}}}""");
        Assert.Empty(problems);
        Assert.True(settings!.InsecureHttp);
    }

    [Fact]
    public void Problems_of_flags_name_the_flag()
    {
        var flags = new ConfigFlags();
        flags.Set("--broker", "broker", "sources", "broker", "type");
        flags.Set("--broker", "http://broker", "sources", "broker", "url");
        flags.Set("--ak-handle", "7", "sources", "broker", "akHandle");
        var problems = new List<string>();
        ConfigReader.Read(null, null, flags, SettingsScope.Daemon, problems, [BrokerKind.Kind]);
        Assert.Contains(problems, p => p.StartsWith("--broker", StringComparison.Ordinal) && p.Contains("'http://broker'", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.StartsWith("--ak-handle", StringComparison.Ordinal));
    }

    private static BrokerSettings Sound(string members)
    {
        var (settings, problems) = Read("""{"sources":{"b":{"type":"broker","url":"https://broker"MEMBERS}}}""".Replace("MEMBERS", members, StringComparison.Ordinal));
        Assert.Empty(problems);
        return settings!;
    }

    private static (BrokerSettings? Settings, List<string> Problems) Read(string json)
    {
        var problems = new List<string>();
        var settings = ConfigReader.Read(Encoding.UTF8.GetBytes(json), "/conf/kp.json", new ConfigFlags(), SettingsScope.Daemon, problems, [BrokerKind.Kind]);
        return (settings.Sources.OfType<BrokerSettings>().SingleOrDefault(), problems);
    }
}
