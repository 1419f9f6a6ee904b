using Coffer.KeyProvider.Calls;
using Coffer.KeyProvider.Tests.Core;
using Coffer.KeyProvider.Tests.Daemon;
using Coffer.Service.Traces;
using Coffer.Support;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using OpenTelemetry.Trace;

namespace Coffer.KeyProvider.Tests.Telemetry;

/// <summary>Spans of calls, and which of them are recorded.</summary>
[Collection(OneListener.Name)]
public sealed class CallSpanTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736", Caller = "00f067aa0ba902b7"; // W3C Trace Context, section 3.2.2.4

    [Theory]
    [InlineData($"00-{Trace}-{Caller}-01", Caller)]
    [InlineData($"00-{Trace}-{Caller}-00", null)] // the runtime does not record it
    [InlineData("00-of nothing-01", "")]
    public async Task Runtimes_trace_is_continued_where_it_is_one_and_recorded(string traceParent, string? parent)
    {
        await using var receiver = new TraceReceiver();
        using (CallSpans.SendTo(receiver.Address))
        {
            await using var daemon = await TestDaemon.StartAsync(new HeldSource());
            using var client = daemon.Client();
            await client.UnwrapAsync(Ask.UnwrapRequest(HeldSource.PacketOf("secret-name", Ask.Options)), new Metadata { { "traceparent", traceParent } });
            await Until.TrueAsync(() => daemon.Observer.Calls.Count == 1);
        }

        var span = receiver.Spans.SingleOrDefault();
        Assert.Equal(parent, span?.Parent);
        if (span is null) return;
        Assert.Equal("unwrap", span.Name);
        if (parent is Caller) Assert.Equal(Trace, span.Trace);
        Assert.All(["ok", "coffer", "held", "source"], word => Assert.Contains(word, span.Text, StringComparison.Ordinal));
        Assert.DoesNotContain("secret-name", span.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failed_call_says_why_in_a_word()
    {
        await using var receiver = new TraceReceiver();
        using (CallSpans.SendTo(receiver.Address))
        {
            await using var daemon = await TestDaemon.StartAsync(new HeldSource { Gate = _ => throw new KeyProviderException(FailureReason.Denied, "the vault says no") });
            using var client = daemon.Client();
            await DaemonClient.FailureAsync(() => client.UnwrapAsync(Ask.UnwrapRequest(HeldSource.PacketOf("k", Ask.Options))));
            await Until.TrueAsync(() => daemon.Observer.Calls.Count == 1);
        }

        var span = receiver.Spans.Single();
        Assert.Contains("denied", span.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("the vault says no", span.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void No_more_traces_are_recorded_than_so_many_a_second_after_a_quiet_time_twice_as_many()
    {
        var time = new FakeTimeProvider();
        var sampler = new BoundedSampler(10, time);
        int Recorded(int of) => Enumerable.Range(0, of).Count(_ => sampler.ShouldSample(default).Decision == SamplingDecision.RecordAndSample);

        Assert.Equal(20, Recorded(100));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(10, Recorded(100));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(20, Recorded(100));
    }
}
