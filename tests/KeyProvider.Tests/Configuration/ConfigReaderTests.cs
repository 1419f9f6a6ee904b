using System.Net;
using Coffer.KeyProvider.Configuration;
using Coffer.Service.Logs;
using Coffer.Service.Metrics;
using Microsoft.Extensions.Logging;

namespace Coffer.KeyProvider.Tests.Configuration;

public sealed class ConfigReaderTests
{
    [Fact]
    public void Every_member_reaches_its_setting()
    {
        var (settings, problems) = Reading.Of("""
            {
              // comments and trailing commas may stand
              "listen": {
                "socket": "/run/kp.sock", "mode": "0600", "group": "root", "allowedUids": ["root", 1000], "allowedGids": [0, "daemon"],
              },
              "sources": {"b": {"type": "local", "directory": "keys", "keyIds": ["team-a", "hsm/"]}, "a": {"type": "local", "directory": "/k"}},
              "providers": {"coffer": "b", "other": null},
              "limits": {"messageBytes": 65536, "concurrentCalls": 3, "queuedCalls": 0, "connections": 9, "drainSeconds": 1},
              "cache": {"lifetime": "5m", "entries": 7},
              "callTimeout": "250ms",
              "log": {"format": "json", "level": "debug"},
              "metrics": {"listen": "[::1]:9464", "socket": "metrics.sock", "otlp": "http://127.0.0.1:4318/v1/metrics", "otlpInterval": "10s"},
              "traces": {"otlp": "http://127.0.0.1:4318/v1/traces"},
              "insecureAllowSampleKey": true,
            }
            """);

        Assert.Empty(problems);
        Assert.Equal("/run/kp.sock", settings.Listen.Socket);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, settings.Listen.Mode);
        Assert.Equal("root", settings.Listen.Group);
        Assert.Equal([0u, 1000u], settings.Listen.AllowedUids);
        Assert.Equal([0u, 1u], settings.Listen.AllowedGids);
        Assert.Null(settings.Listen.Tcp);
        Assert.Equal(["b", "a"], settings.Sources.Select(s => s.Name));
        Assert.Equal(["team-a", "hsm/"], settings.Sources[0].KeyIds);
        Assert.Equal("/conf/keys", Assert.IsType<TestSource>(settings.Sources[0]).Directory);
        Assert.Equal([new("coffer", "b"), new("other", null)], settings.Core.Providers);
        Assert.Equal(new LimitSettings(65536, 3, 0, 9, 1), settings.Limits);
        Assert.Equal(TimeSpan.FromMinutes(5), settings.Core.CacheLifetime);
        Assert.Equal(7, settings.Core.CacheEntries);
        Assert.Equal(TimeSpan.FromMilliseconds(250), settings.Core.CallTimeout);
        Assert.Equal(new LogSettings(Json: true, LogLevel.Debug), settings.Log);
        Assert.Equal(new MetricsSettings(new IPEndPoint(IPAddress.IPv6Loopback, 9464), "/conf/metrics.sock", new Uri("http://127.0.0.1:4318/v1/metrics"), TimeSpan.FromSeconds(10)), settings.Metrics);
        Assert.Equal(new Uri("http://127.0.0.1:4318/v1/traces"), settings.Traces);
        Assert.True(settings.Core.AllowSampleKey);
        Assert.False(settings.Core.AllowKeyFile);
    }

    [Fact]
    public void What_is_not_said_has_its_default()
    {
        var settings = Reading.Sound("\"log\":{},\"cache\":{},\"limits\":{},\"listen\":{},\"metrics\":{}");

        Assert.Equal(ListenSettings.DefaultSocket, settings.Listen.Socket);
        Assert.Equal(ListenSettings.DefaultMode, settings.Listen.Mode);
        Assert.Equal(new LimitSettings(), settings.Limits);
        Assert.Equal(new LogSettings(), settings.Log);
        Assert.Equal(new MetricsSettings(), settings.Metrics);
        Assert.Equal(["attestation-agent", "coffer", "isecl"], settings.Core.Providers.Keys.Order());
        Assert.Equal(TimeSpan.Zero, settings.Core.CacheLifetime);
        Assert.False(settings.Core.AllowSampleKey);
    }

    [Fact]
    public void All_problems_are_reported_together_with_file_and_path()
    {
        var (_, problems) = Reading.Of("""
            {"listen":{"mode":"0999","socket":7,"allowedUids":["nobody-of-that-name"]},"sources":{"x":{"type":"cloud"},"y":{},"z":[]},
             "limits":{"connections":0},"callTimeout":"soon","cache":{"Lifetime":"5m"},"log":{"level":"loud"},"surprise":1,"surprise":2}
            """);

        Assert.Equal(
            [
                "/conf/kp.json: surprise: stands twice",
                "/conf/kp.json: callTimeout: is not a time from 100ms to 10m, such as \"30s\"",
                "/conf/kp.json: cache.Lifetime: is not known; it is written 'lifetime'",
                "/conf/kp.json: sources.x.type: 'cloud' is no kind of source; there are local",
                "/conf/kp.json: sources.y.type: is missing",
                "/conf/kp.json: sources.z: is not an object",
                "/conf/kp.json: listen.socket: is not a text, or an empty one",
                "/conf/kp.json: listen.mode: '0999' is not permission bits in octal, such as \"0660\"",
                "/conf/kp.json: listen.allowedUids: there is no user 'nobody-of-that-name' on this machine",
                "/conf/kp.json: limits.connections: is not a whole number from 1 to 65536",
                "/conf/kp.json: log.level: 'loud' is not 'debug', 'info', 'warning' or 'error'",
                "/conf/kp.json: surprise: is not known; known here: cache, callTimeout, insecureAllowSampleKey, limits, listen, log, metrics, providers, sources, traces",
            ],
            problems);
    }

    [Theory]
    [InlineData("\"metrics\":{\"listen\":\"0.0.0.0:9464\"}", "metrics.listen: 0.0.0.0:9464 is not a loopback address")]
    [InlineData("\"metrics\":{\"listen\":\"127.0.0.1\"}", "metrics.listen: '127.0.0.1' is not an address and a port")]
    [InlineData("\"metrics\":{\"otlp\":\"ftp://127.0.0.1\"}", "metrics.otlp: 'ftp://127.0.0.1' is not an http or https address")]
    [InlineData("\"metrics\":{\"otlp\":\"http://user:secret@127.0.0.1\"}", "metrics.otlp: ")]
    [InlineData("\"traces\":{\"otlp\":\"ftp://127.0.0.1\"}", "traces.otlp: 'ftp://127.0.0.1' is not an http or https address")]
    [InlineData("\"metrics\":{\"otlpInterval\":\"0s\"}", "metrics.otlpInterval: is not a time from 1s to 1h")]
    [InlineData("\"listen\":{\"tcp\":{}}", "listen.tcp.")]
    [InlineData("\"listen\":{\"socket\":null}", "listen.socket: is null, and there is no tcp")]
    [InlineData("\"listen\":{\"group\":\"no-such-group\"}", "listen.group: there is no group 'no-such-group'")]
    [InlineData("\"listen\":{\"allowedGids\":[4294967295]}", "listen.allowedGids: there is no group '4294967295'")]
    [InlineData("\"listen\":{\"allowedUids\":[-1]}", "listen.allowedUids: there is no user '-1'")]
    [InlineData("\"listen\":{\"allowedUids\":\"root\"}", "listen.allowedUids: is not a list of names and numbers")]
    [InlineData("\"providers\":{}", "providers.: there are 0 providers")]
    [InlineData("\"providers\":{\"a:b\":null}", "providers.a:b: is no provider's name")]
    [InlineData("\"providers\":{\"coffer\":\"nowhere\"}", "providers.coffer: there is no source 'nowhere'; there are a")]
    [InlineData("\"cache\":{\"lifetime\":\"2h\"}", "cache.lifetime: is not a time from 0s to 1h")]
    [InlineData("\"cache\":{\"entries\":1e999}", "cache.entries: is not a whole number")]
    [InlineData("\"insecureAllowSampleKey\":\"yes\"", "insecureAllowSampleKey: is neither true nor false")]
    [InlineData("\"callTimeout\":null", "callTimeout: is not a time")]
    public void Wrong_value_names_its_member(string members, string problem) =>
        Assert.All(Reading.Of($"{{{Reading.OneSource},{members}}}").Problems.DefaultIfEmpty("none"), p => Assert.StartsWith($"/conf/kp.json: {problem}", p, StringComparison.Ordinal));

    [Theory]
    [InlineData("[]", "/conf/kp.json: is not a JSON object")]
    [InlineData("", "/conf/kp.json: is not JSON, or nests deeper than 16 (line 1, byte 1)")]
    [InlineData("{\n  \"log\": }", "/conf/kp.json: is not JSON, or nests deeper than 16 (line 2, byte 10)")]
    [InlineData("{\"log\":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}", "/conf/kp.json: is not JSON, or nests deeper than 16 (line 1, byte 23)")]
    public void Text_that_is_no_object_is_one_problem(string json, string problem) => Assert.Contains(problem, Reading.Of(json).Problems);

    [Fact]
    public void Byte_order_mark_is_no_fault() => Assert.Empty(Reading.Of([0xEF, 0xBB, 0xBF, .. "{"u8, .. System.Text.Encoding.UTF8.GetBytes(Reading.OneSource), .. "}"u8]).Problems);

    [Fact]
    public void Bytes_that_are_no_text_are_a_problem() =>
        Assert.Equal(["/conf/kp.json: is not UTF-8 text"], Reading.Of([.. "{\"log\":{\"level\":\""u8, 0xC3, 0x28, .. "\"}}"u8]).Problems);

    [Theory]
    [InlineData("""{"callTimeout":"\ud800"}""", "callTimeout: is not a time")]
    [InlineData("""{"log":{"level":"\udc00x"}}""", "log.level: is not a text")]
    [InlineData("""{"listen":{"allowedUids":["\ud800"]}}""", "listen.allowedUids: is not a list")]
    [InlineData("""{"log":{"\ud800":1}}""", "log: has a member whose name is not Unicode text")]
    [InlineData("""{"\ud800":1}""", "has a member whose name is not Unicode text")]
    [InlineData("""{"sources":{"a":{"type":"\ud800"}}}""", "sources.a.type: is not a text")]
    [InlineData("""{"sources":{"a":{"type":"local","directory":"\ud800","keyIds":["\ud800"]}}}""", "sources.a.keyIds: is not a list of texts")]
    public void Half_a_character_is_a_problem_and_no_crash(string json, string problem) =>
        Assert.Contains(Reading.Of(json).Problems, p => p.StartsWith($"/conf/kp.json: {problem}", StringComparison.Ordinal));

    [Fact]
    public void Control_characters_do_not_reach_the_terminal() =>
        Assert.DoesNotContain(Reading.Of("{\"log\":{\"level\":\"\\u001b[2J\\n\"},\"\\u001b]0;x\":1}").Problems, p => p.Any(char.IsControl));

    [Fact]
    public void No_source_at_all_is_a_problem() => Assert.Equal(["/conf/kp.json: sources: there is no key source; give --local-keys DIR, or sources in the configuration file"], Reading.Of("{}").Problems);

    [Fact]
    public void Two_sources_cannot_claim_the_same_key_ids() => Assert.Equal(
        ["/conf/kp.json: sources: a and b both claim the key ids 'hsm/'"],
        Reading.Of("""{"sources":{"a":{"type":"local","directory":"k","keyIds":["hsm/","x"]},"b":{"type":"local","directory":"k","keyIds":["hsm/"]}}}""").Problems);

    [Fact]
    public void Command_passes_over_what_is_the_daemons()
    {
        var settings = Reading.Sound("\"listen\":{\"group\":\"no-such-group\",\"tcp\":{}},\"limits\":7,\"log\":{\"level\":\"loud\"},\"metrics\":{\"listen\":\"x\"}", scope: SettingsScope.Command);

        Assert.Equal(new LimitSettings(), settings.Limits);
        Assert.True(settings.Core.AllowKeyFile);
    }

    [Fact]
    public void Command_reports_what_is_its_own() => Assert.StartsWith("/conf/kp.json: cache.entries: ", Reading.Problem("\"cache\":{\"entries\":0}", SettingsScope.Command), StringComparison.Ordinal);
}
