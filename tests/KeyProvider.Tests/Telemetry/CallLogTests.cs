using System.Text.Json;
using Coffer.KeyProvider.Daemon.Telemetry.Logs;
using Coffer.Service.Logs;
using Microsoft.Extensions.Logging;

namespace Coffer.KeyProvider.Tests.Telemetry;

public sealed class CallLogTests
{
    [Fact]
    public async Task Answered_call_is_one_line_of_text() => Assert.Equal(
        ["2026-05-04T10:30:00.125Z info call operation=unwrap outcome=ok provider=coffer keyId=coffer-local:///team-a/1 source=local origin=source pid=12 uid=1000 gid=100 latencyMs=1.5"],
        await WrittenLog.Of(log => new CallLog(log).CallFinished(Calls.Unwrapped())));

    [Fact]
    public async Task Failed_call_says_why() => Assert.Equal(
        ["2026-05-04T10:30:00.125Z warning call operation=wrap outcome=failed reason=unknown-key provider=coffer keyId=gone address=192.0.2.7:4711 latencyMs=2 message=\"no key 'gone'\""],
        await WrittenLog.Of(log => new CallLog(log).CallFinished(Calls.Failed(FailureReason.UnknownKey, "no key 'gone'"))));

    [Fact]
    public async Task Answered_call_is_one_object_with_stable_names()
    {
        using var line = JsonDocument.Parse(Assert.Single(await WrittenLog.Of(log => new CallLog(log).CallFinished(Calls.Unwrapped(1.2346, AnswerOrigin.SharedFlight)), json: true)));

        Assert.Equal(
            ["time", "level", "event", "operation", "outcome", "provider", "keyId", "source", "origin", "pid", "uid", "gid", "latencyMs"],
            line.RootElement.EnumerateObject().Select(m => m.Name));
        Assert.Equal("2026-05-04T10:30:00.125Z", line.RootElement.GetProperty("time").GetString());
        Assert.Equal("shared-flight", line.RootElement.GetProperty("origin").GetString());
        Assert.Equal(12, line.RootElement.GetProperty("pid").GetInt32());
        Assert.Equal(1.235, line.RootElement.GetProperty("latencyMs").GetDouble());
    }

    [Theory]
    [InlineData("x\ninfo call outcome=ok")]
    [InlineData("x\r\n2026-05-04T10:30:00.125Z info")]
    [InlineData("\u001b[2J\u001b]0;owned\u0007")]
    [InlineData("x\u2028y\u0085z\0")]
    [InlineData("\ud800 half")]
    [InlineData("x outcome=ok \"quoted\\\" keyId=other")]
    public async Task Text_from_outside_stays_one_value_of_one_line(string keyId)
    {
        var text = Assert.Single(await WrittenLog.Of(log => new CallLog(log).CallFinished(Calls.Unwrapped(keyId: keyId))));
        Assert.DoesNotContain(text, char.IsControl);
        Assert.Matches("""^\S+ info call operation=unwrap outcome=ok provider=coffer keyId=("([^"\\]|\\.)*"|[^\s"=\\]+) source=local origin=source pid=12 uid=1000 gid=100 latencyMs=1\.5$""", text);

        using var line = JsonDocument.Parse(Assert.Single(await WrittenLog.Of(log => new CallLog(log).CallFinished(Calls.Unwrapped(keyId: keyId)), json: true)));
        Assert.DoesNotContain(line.RootElement.GetProperty("keyId").GetString()!, char.IsControl);
        Assert.Equal("ok", line.RootElement.GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Long_text_is_cut() =>
        Assert.InRange(Assert.Single(await WrittenLog.Of(log => new CallLog(log).Warning(new string('x', 100_000)))).Length, 1000, 1200);

    [Fact]
    public async Task Fault_is_named_by_type_and_place_and_its_text_stays_inside()
    {
        Exception fault;
        try
        {
            throw new InvalidOperationException("quotes a secret");
        }
        catch (InvalidOperationException e)
        {
            fault = e;
        }

        var line = Assert.Single(await WrittenLog.Of(log => new CallLog(log).CallFinished(Calls.Failed(FailureReason.Internal, "internal error", fault))));

        Assert.Contains("error call", line, StringComparison.Ordinal);
        Assert.Contains("System.InvalidOperationException at ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_below_the_level_are_left_out()
    {
        var lines = await WrittenLog.Of(
            log =>
            {
                var calls = new CallLog(log);
                calls.CallFinished(Calls.Unwrapped());
                calls.PeerRefused(Calls.Peer);
                calls.Reloaded([]);
            },
            level: LogLevel.Warning);

        Assert.Equal(["2026-05-04T10:30:00.125Z warning refused pid=12 uid=1000 gid=100 message=\"this peer may not call\""], lines);
    }

    [Fact]
    public async Task Life_of_a_daemon_is_told_in_order() => Assert.Equal(
        [
            "info serving places=\"/run/kp.sock, 192.0.2.1:1\"", "info reloaded", "warning reloaded message=\"limits: needs a restart\"", "error reload-failed message=\"kp.json: wrong\"",
            "warning dropped pid=12 uid=1000 gid=100 message=\"too many\"", "info draining calls=3", "warning stopped cutOff=1",
        ],
        (await WrittenLog.Of(log =>
        {
            var calls = new CallLog(log);
            calls.Serving(["/run/kp.sock", "192.0.2.1:1"]);
            calls.Reloaded(["limits: needs a restart"]);
            calls.ReloadFailed(["kp.json: wrong"]);
            calls.ConnectionDropped(Calls.Peer, "too many");
            calls.Draining(3);
            calls.Stopped(1);
        })).Select(l => l[(l.IndexOf(' ', StringComparison.Ordinal) + 1)..]));

    [Fact]
    public async Task Journal_gets_the_priority_and_no_second_time() => Assert.Equal(
        ["<4>warning warning message=x", "<6>info draining calls=1"],
        await WrittenLog.Of(
            log =>
            {
                new CallLog(log).Warning("x");
                new CallLog(log).Draining(1);
            },
            journal: true));

    [Fact]
    public void Journal_is_known_by_its_very_stream()
    {
        Assert.False(Journal.ReadsStandardError(null));
        Assert.False(Journal.ReadsStandardError("8"));
        Assert.False(Journal.ReadsStandardError("8:1"));
    }

    [Fact]
    public async Task Server_speaks_in_our_lines_from_warnings_on_and_without_the_text_of_exceptions() => Assert.Equal(
        ["2026-05-04T10:30:00.125Z warning server category=Kestrel message=\"busy 7\" fault=System.IO.IOException"],
        await WrittenLog.Of(log =>
        {
            using var framework = new FrameworkLog(log);
            var logger = framework.CreateLogger("Kestrel");
            logger.Log(LogLevel.Information, default, "listening", null, (s, _) => s);
            logger.Log(LogLevel.Warning, default, "busy 7", new IOException("secret"), (s, e) => s + e?.Message);
        }));
}
