using Coffer.KeyProvider.Daemon;
using Coffer.KeyProvider.Daemon.Telemetry.Metrics;
using Coffer.Service.Metrics;
using Coffer.Support;

namespace Coffer.KeyProvider.Tests.Telemetry;

[Collection(OneMeter.Name)]
public sealed class PrometheusTextTests : IDisposable
{
    private readonly DaemonLoad _load = new();
    private readonly CallMeter _meter;
    private readonly PrometheusText _text;
    private int _cached;

    public PrometheusTextTests()
    {
        _meter = new CallMeter(_load, () => 0, () => _cached);
        _text = new PrometheusText(_meter.Meter);
        _meter.Begin();
    }

    public void Dispose()
    {
        _text.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Calls_are_counted_by_operation_outcome_and_origin()
    {
        _meter.CallFinished(Calls.Unwrapped());
        _meter.CallFinished(Calls.Unwrapped());
        _meter.CallFinished(Calls.Unwrapped(origin: AnswerOrigin.Cache));
        _meter.CallFinished(Calls.Failed(FailureReason.UnknownKey, "gone"));

        Assert.Equal(2, Value("coffer_keyprovider_calls_total{operation=\"unwrap\",outcome=\"ok\",origin=\"source\"}"));
        Assert.Equal(1, Value("coffer_keyprovider_calls_total{operation=\"unwrap\",outcome=\"ok\",origin=\"cache\"}"));
        Assert.Equal(1, Value("coffer_keyprovider_calls_total{operation=\"wrap\",outcome=\"failed\",origin=\"source\"}"));
        Assert.Equal(1, Value("coffer_keyprovider_failures_total{reason=\"unknown-key\"}"));
    }

    [Fact]
    public void Every_reason_shows_from_the_start() => Assert.Equal(
        Enum.GetValues<FailureReason>().Length, Lines().Count(l => l.StartsWith("coffer_keyprovider_failures_total{", StringComparison.Ordinal) && l.EndsWith(" 0", StringComparison.Ordinal)));

    [Fact]
    public void Latency_fills_every_bucket_from_its_own_up()
    {
        foreach (var milliseconds in new[] { 0.4, 0.5, 3, 60_000 }) _meter.CallFinished(Calls.Unwrapped(milliseconds));

        const string Bucket = "coffer_keyprovider_call_duration_seconds_bucket{operation=\"unwrap\",outcome=\"ok\",le=";
        Assert.Equal(2, Value($"{Bucket}\"0.0005\"}}"));
        Assert.Equal(2, Value($"{Bucket}\"0.0025\"}}"));
        Assert.Equal(3, Value($"{Bucket}\"0.005\"}}"));
        Assert.Equal(3, Value($"{Bucket}\"30\"}}"));
        Assert.Equal(4, Value($"{Bucket}\"+Inf\"}}"));
        Assert.Equal(4, Value("coffer_keyprovider_call_duration_seconds_count{operation=\"unwrap\",outcome=\"ok\"}"));
        Assert.Equal(60.0039, Value("coffer_keyprovider_call_duration_seconds_sum{operation=\"unwrap\",outcome=\"ok\"}"), 6);
    }

    [Fact]
    public void Gauges_show_the_present()
    {
        _load.ChangeRunning(3);
        _load.ChangeQueued(2);
        _cached = 7;
        Assert.Equal((3, 2, 0, 7), Gauges());

        _load.ChangeRunning(-3);
        _load.ChangeConnections(1);
        _cached = 0;
        Assert.Equal((0, 2, 1, 0), Gauges());
    }

    [Fact]
    public void What_the_daemon_tells_is_counted()
    {
        _meter.PeerRefused(Calls.Peer);
        _meter.ConnectionDropped(Calls.Peer, "too many");
        _meter.Reloaded([]);
        _meter.ReloadFailed(["one", "two"]);

        Assert.Equal(1, Value("coffer_keyprovider_peers_refused_total"));
        Assert.Equal(1, Value("coffer_keyprovider_connections_dropped_total"));
        Assert.Equal(1, Value("coffer_keyprovider_reloads_total{outcome=\"ok\"}"));
        Assert.Equal(1, Value("coffer_keyprovider_reloads_total{outcome=\"failed\"}"));
    }

    [Fact]
    public void No_label_comes_from_outside()
    {
        var before = Lines().Count;
        for (var i = 0; i < 5000; i++) _meter.CallFinished(Calls.Unwrapped(keyId: $"key {i}"));

        Assert.InRange(Lines().Count - before, 1, 30);
    }

    [Fact]
    public async Task Many_threads_lose_no_count()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(t => Task.Run(() =>
        {
            for (var i = 0; i < 2000; i++) _meter.CallFinished(Calls.Unwrapped());
            _ = _text.Render();
        })));

        Assert.Equal(16_000, Value("coffer_keyprovider_calls_total{operation=\"unwrap\",outcome=\"ok\",origin=\"source\"}"));
    }

    [Fact]
    public async Task Prometheus_own_checker_has_nothing_to_say()
    {
        _meter.CallFinished(Calls.Unwrapped());
        _meter.CallFinished(Calls.Failed(FailureReason.Internal, "x"));

        var check = await Tool.RunAsync(Peers.Require("promtool"), ["check", "metrics"], new ToolOptions { Input = System.Text.Encoding.UTF8.GetBytes(_text.Render()) });

        Assert.Equal("", check.ShouldSucceed().Output + check.Error);
    }

    private (double Running, double Queued, double Connections, double Cached) Gauges() => (
        Value("coffer_keyprovider_calls_running"), Value("coffer_keyprovider_calls_queued"), Value("coffer_keyprovider_connections"), Value("coffer_keyprovider_cache_entries"));

    private List<string> Lines() => [.. _text.Render().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l[0] != '#')];

    private double Value(string series) =>
        double.Parse(Assert.Single(Lines(), l => l.StartsWith(series + " ", StringComparison.Ordinal))[(series.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
}
